/** In an app's own browser: what may not work there, and the way to the phone's own one. */

import { useState } from "preact/hooks";
import { outside, waysOf } from "../media/saving.ts";

export function InAppNotice() {
  const [copied, setCopied] = useState(false);
  const { userAgent } = navigator;
  const { app } = waysOf(userAgent);
  if (app === null) return null;
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
    <aside class="in-app" data-testid="in-app" aria-label="Your browser">
      <p>
        This page is open inside {app}, where the camera and saving may not work. Your phone's own
        browser is better: open it here, or in the menu of the app.
      </p>
      {address ? (
        <a class="pill" data-testid="open-outside" href={address}>
          Open the browser
        </a>
      ) : null}
      <button class="pill" type="button" onClick={() => void copy()}>
        {copied ? "The address is copied" : "Copy the address"}
      </button>
    </aside>
  );
}
