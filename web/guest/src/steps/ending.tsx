/** What a guest sees while the picture is made, and the picture itself. */

import { useEffect, useState } from "preact/hooks";
import { calm } from "../parts/media.tsx";
import { JobCard, Reveal, TakeAlong } from "../parts/result.tsx";
import { isGoingOn, usePicture } from "../parts/use-picture.ts";
import type { StepProps } from "./props.ts";

const SHORTEST_SECONDS = 2;
const LONGEST_SECONDS = 6;

export function Processing({ visit, play, step }: StepProps) {
  const { projectId, id } = play.session;
  const completed = play.session.status === "completed";
  const followed = usePicture(visit.backend, projectId, id, completed);
  const messages = step.config?.messages ?? [];
  const seconds = (step.config?.estimatedDuration ?? 30) / Math.max(1, messages.length);
  const message = useTurns(messages, Math.min(LONGEST_SECONDS, Math.max(SHORTEST_SECONDS, seconds)));
  const ready = followed.picture.status === "completed";

  useEffect(() => {
    // The picture is what the guest waits for: it shows itself.
    if (ready && !play.isLast) play.submit(step.id, undefined);
  }, [ready]);

  return (
    <div class="processing">
      <div class={`orb ${ready ? "ready" : ""}`} aria-hidden="true">
        <span />
        <span />
        <span />
      </div>
      <p class="turning" key={message}>
        {message}
      </p>
      {completed ? <JobCard followed={followed} /> : null}
    </div>
  );
}

export function Reward({ visit, play, step }: StepProps) {
  const { projectId, id } = play.session;
  const followed = usePicture(visit.backend, projectId, id, play.session.status === "completed");
  const { picture } = followed;
  const { name } = visit.project;
  return (
    <div class="result">
      <Reveal picture={picture} name={name} />
      {play.session.status === "completed" ? <JobCard followed={followed} /> : null}
      {picture.url && !isGoingOn(picture) ? (
        <TakeAlong url={picture.url} name={name} config={step.config ?? {}} withQr={false} />
      ) : null}
    </div>
  );
}

/** One message after the other, and the last one stays. */
function useTurns(messages: string[], seconds: number): string {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (turn >= messages.length - 1) return;
    const timer = setTimeout(() => setTurn(turn + 1), (calm() ? 2 : 1) * seconds * 1000);
    return () => clearTimeout(timer);
  }, [turn, messages.length]);
  return messages[Math.min(turn, messages.length - 1)] ?? "";
}
