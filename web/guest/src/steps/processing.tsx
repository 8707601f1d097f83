/** What a guest sees while the picture is made. */

import { useEffect, useState } from "preact/hooks";
import { words } from "../model/words.ts";
import { Heading } from "../parts/frame.tsx";
import { prefersReducedMotion } from "../parts/media.tsx";
import { JobCard } from "../parts/result.tsx";
import { StepHead } from "../parts/step-head.tsx";
import { hasFailed, usePicture } from "../parts/use-picture.ts";
import type { StepProps } from "./props.ts";

const MIN_SECONDS_PER_MESSAGE = 2;
const MAX_SECONDS_PER_MESSAGE = 6;

export function Processing({ venue, play, step }: StepProps) {
  const completed = play.session.status === "completed";
  // Nothing is made of what the server does not have.
  const waits = !completed && (play.photos.isWaiting || play.saving === "offline");
  const followed = usePicture(play.backend, completed);
  const messages = step.config?.messages ?? [];
  const seconds = (step.config?.estimatedDuration ?? 30) / Math.max(1, messages.length);
  const message = useTurns(
    messages,
    Math.min(MAX_SECONDS_PER_MESSAGE, Math.max(MIN_SECONDS_PER_MESSAGE, seconds)),
  );
  const { picture } = followed;
  const ready = picture.status === "completed";
  const failed = hasFailed(picture);

  useEffect(() => {
    // The guest waits for the picture, so it appears without a tap.
    if (ready && !play.isLast) play.submit(step.id, undefined);
  }, [ready]);

  return (
    <>
      {failed ? null : waits && play.backend.makesPicture ? (
        <div class="step-head" data-testid="made-later">
          <Heading of="made-later">{words().step.madeWithNetwork}</Heading>
        </div>
      ) : (
        <StepHead step={step} venue={venue} makesPicture={picture.status !== "none"} />
      )}
      <div class="processing">
        {failed ? null : (
          <>
            <div class={`orb ${ready ? "ready" : ""}`} aria-hidden="true">
              <span />
              <span />
              <span />
            </div>
            <p class="turning" key={message} dir="auto">
              {waits ? "" : message}
            </p>
          </>
        )}
        {completed ? <JobCard followed={followed} /> : null}
      </div>
    </>
  );
}

/** One message after the other. The last one stays. */
function useTurns(messages: string[], seconds: number): string {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (turn >= messages.length - 1) return;
    const factor = prefersReducedMotion() ? 2 : 1;
    const timer = setTimeout(() => setTurn(turn + 1), factor * seconds * 1000);
    return () => clearTimeout(timer);
  }, [turn, messages.length]);
  return messages[Math.min(turn, messages.length - 1)] ?? "";
}
