/** In an app's own browser: what may not work there, and the way to the phone's own one. */

import { useState } from "preact/hooks";
import { outside, waysOf } from "../media/saving.ts";
import { words } from "../model/words.ts";
import { Filled } from "./filled.tsx";

export function InAppNotice() {
  const [copied, setCopied] = useState(false);
  const { userAgent } = navigator;
  const { isInApp, app } = waysOf(userAgent);
  if (!isInApp) return null;
  const { inApp } = words();
  const address = outside(location.href, userAgent);

  async function copy() {
    try {
      await navigator.clipboard.writeText(location.href);
      setCopied(true);
    } catch {
      setCopied(false);
    }
  }

  return (
    <aside class="in-app" data-testid="in-app" aria-label={inApp.label}>
      <p>
        <Filled text={inApp.text} values={{ app: app ?? inApp.anotherApp }} />
      </p>
      {address ? (
        <a class="pill" data-testid="open-outside" href={address}>
          {inApp.open}
        </a>
      ) : null}
      <button class="pill" type="button" onClick={() => void copy()}>
        {copied ? inApp.copied : inApp.copy}
      </button>
    </aside>
  );
}
