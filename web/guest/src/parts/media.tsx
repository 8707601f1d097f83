/** The picture or video of a step. */

import { useState } from "preact/hooks";
import { pictureUrl } from "../model/theme.ts";
import type { Step } from "../model/types.ts";

export function prefersReducedMotion(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Decoration: the step does not describe what it shows, so it has no accessible name. */
export function StepMedia({ step }: { step: Step }) {
  const [broken, setBroken] = useState(false);
  const [isCut, setIsCut] = useState(false);
  const url = pictureUrl(step.mediaUrl);
  // Lottie would need a player that is as large as this whole page.
  if (url === null || broken || step.mediaType === "lottie") return null;
  if (step.mediaType === "video") {
    return (
      <video
        class="media"
        src={url}
        muted
        loop
        playsInline
        autoPlay={!prefersReducedMotion()}
        controls={prefersReducedMotion()}
        onError={() => setBroken(true)}
      />
    );
  }
  return (
    <img
      class={`media ${isCut ? "whole" : ""}`}
      src={url}
      alt=""
      onLoad={({ currentTarget: image }) => setIsCut(cutsMuch(image))}
      onError={() => setBroken(true)}
    />
  );
}

/** Whether a picture would lose more than a quarter if it filled its box. */
function cutsMuch(image: HTMLImageElement): boolean {
  const box = image.clientWidth / Math.max(1, image.clientHeight);
  const own = image.naturalWidth / Math.max(1, image.naturalHeight);
  return Math.min(box / own, own / box) < 0.75;
}
