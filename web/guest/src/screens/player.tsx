/** A session that is played step by step, from the call that opens it to its end. */

import { useEffect, useRef, useState } from "preact/hooks";
import { senderOf } from "../media/upload.ts";
import { entryState, keepInEntry } from "../model/history.ts";
import { photoStore } from "../model/photos/photo-store.ts";
import { Play, type StartedSession } from "../model/play.ts";
import { type Refusal, refusalOf } from "../model/refusals.ts";
import { keepOffered, store, typesToOffer } from "../model/storage.ts";
import type { NextPhase, Venue } from "../model/types.ts";
import { ProblemCard, Skeleton } from "../parts/frame.tsx";
import { StepScreen } from "./step.tsx";

interface Props {
  venue: Venue;
  /** The session, found or created; null if the guest was led elsewhere. Throws `Refusal`. */
  open(): Promise<StartedSession | null>;
  /** Lead the guest to where the completed session leads. */
  leave(next: NextPhase): void;
  /** Whether a refusal to open the session leads the guest elsewhere. */
  redirects?(refusal: Refusal): boolean;
  /** Play a new session in place of one that has ended. */
  onStartAgain(): void;
  /** Lead the guest away from a session that cannot be opened. */
  onGiveUp(): void;
}

export function Player({ venue, open, leave, redirects, onStartAgain, onGiveUp }: Props) {
  const [play, setPlay] = useState<Play | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [attempts, setAttempts] = useState(0);
  /** Types of steps that a newer page may know. It is offered once. */
  const [newer, setNewer] = useState<string[]>([]);
  const [, redraw] = useState(0);
  const latest = useRef<Play | null>(null);

  useEffect(() => {
    let current = true;
    setRefusal(null);
    open().then(
      (started) => {
        if (!current || started === null) return;
        let kept = started.session;
        const opened = new Play(started, {
          store: store(),
          photos: photoStore(),
          sendPhoto: senderOf(started.backend),
          shown: entryState().shown ?? null,
          leave,
          changed: () => {
            if (latest.current !== opened) return;
            if (opened.session !== kept) started.keep?.(opened.session);
            kept = opened.session;
            if (!opened.isActive && opened.ended === null) keepInEntry({ shown: opened.index });
            redraw((n) => n + 1);
          },
        });
        latest.current = opened;
        setNewer(typesToOffer(started.backend.newerTypes));
        setPlay(opened);
        opened.start();
      },
      (error: unknown) => {
        const refused = refusalOf(error);
        if (current && !redirects?.(refused)) setRefusal(refused);
      },
    );
    return () => {
      current = false;
      latest.current?.close();
      latest.current = null;
    };
  }, [attempts]);

  useEffect(() => (play ? followOtherTabs(play) : undefined), [play]);
  const retry = () => setAttempts((n) => n + 1);
  useEffect(() => {
    if (!refusal?.isTransient) return;
    addEventListener("online", retry);
    return () => removeEventListener("online", retry);
  }, [refusal]);

  if (refusal) {
    return (
      <ProblemCard
        reason={refusal.reason}
        retryAfterSeconds={refusal.retryAfterSeconds}
        onRetry={retry}
        onStartAgain={onGiveUp}
      />
    );
  }
  if (play === null) return <Skeleton />;
  const reload = () => location.reload();
  if (play.ended === "steps_unknown") return <ProblemCard reason={play.ended} onReload={reload} />;
  if (play.ended !== null) return <ProblemCard reason={play.ended} onStartAgain={onStartAgain} />;
  if (newer.length > 0) {
    keepOffered(newer);
    return <ProblemCard reason="newer_step" onReload={reload} onGoOn={() => setNewer([])} />;
  }
  return <StepScreen venue={venue} play={play} />;
}

/** Keep up with what other tabs do to the session, by listening, or by polling when shown again. */
function followOtherTabs(play: Play): () => void {
  const { backend } = play;
  let stop = () => {};
  let closed = false;
  let isListening = false;
  const poll = async () => {
    if (document.visibilityState !== "visible") return;
    play.retryNow();
    if (isListening) return;
    try {
      play.update(await backend.read());
    } catch {
      // The next poll tries again.
    }
  };
  const online = () => play.retryNow();
  const onLost = () => {
    isListening = false;
  };
  addEventListener("online", online);
  document.addEventListener("visibilitychange", poll);
  backend
    .watch((session) => play.update(session), onLost)
    .then(
      (stopWatching) => {
        isListening = true;
        stop = stopWatching;
        if (closed) stop();
      },
      () => {},
    );
  return () => {
    closed = true;
    stop();
    removeEventListener("online", online);
    document.removeEventListener("visibilitychange", poll);
  };
}
