/** The picture or film of a step. */

import { useState } from "preact/hooks";
import { pictureUrl } from "../model/theme.ts";
import type { Step } from "../model/types.ts";

export function calm(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Decoration: what it shows is not described in the step, so it has no name. */
export function StepMedia({ step }: { step: Step }) {
  const [broken, setBroken] = useState(false);
  const url = pictureUrl(step.mediaUrl);
  // Lottie needs a player of its own, which is as large as this whole page.
  if (url === null || broken || step.mediaType === "lottie") return null;
  if (step.mediaType === "video") {
    return (
      <video
        class="media"
        src={url}
        muted
        loop
        playsInline
        autoPlay={!calm()}
        controls={calm()}
        onError={() => setBroken(true)}
      />
    );
  }
  return <img class="media" src={url} alt="" onError={() => setBroken(true)} />;
}
