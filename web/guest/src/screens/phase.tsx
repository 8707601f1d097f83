/** A phase with a session: finds or creates the session, and shows its steps one by one. */

import { useEffect, useRef, useState } from "preact/hooks";
import {
  goTo,
  keepInEntry,
  entryState,
  sessionRequestId,
  startAgain,
  goToWelcome,
} from "../model/history.ts";
import { Play } from "../model/play.ts";
import { type Refusal, refusalOf } from "../model/refusals.ts";
import type { Route } from "../model/routes.ts";
import { store } from "../model/storage.ts";
import type { SessionWithSteps } from "../model/types.ts";
import type { VisitContext } from "../model/visit.ts";
import { ProblemCard, Skeleton } from "../parts/frame.tsx";
import { StepScreen } from "./step.tsx";

type PlayedRoute = Exclude<Route, { phase: "none" | "welcome" | "share" }>;

interface Props {
  route: PlayedRoute;
  visit: VisitContext;
  onGuestRequired(): void;
}

export function PhaseScreen({ route, visit, onGuestRequired }: Props) {
  const { backend } = visit;
  const { projectId } = route;
  const [play, setPlay] = useState<Play | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [attempts, setAttempts] = useState(0);
  const [, redraw] = useState(0);
  const latest = useRef<Play | null>(null);

  useEffect(() => {
    let current = true;
    setRefusal(null);
    startSession(route, visit).then(
      (started) => {
        if (!current || started === null) return;
        const opened = new Play(started, {
          calls: backend.calls,
          store: store(),
          chosen: route.phase === "pregate" ? route.chosen : null,
          shown: entryState().shown ?? null,
          leave: (next) => goTo(projectId, next),
          changed: () => {
            if (latest.current !== opened) return;
            if (!opened.isActive && opened.ended === null) keepInEntry({ shown: opened.index });
            redraw((n) => n + 1);
          },
        });
        latest.current = opened;
        setPlay(opened);
        opened.start();
      },
      (error: unknown) => {
        if (!current) return;
        const refused = refusalOf(error);
        if (["guest_required", "consent_required", "guest_not_found"].includes(refused.reason)) {
          onGuestRequired();
        } else if (refused.reason === "main_session_not_found") goToWelcome(projectId);
        else setRefusal(refused);
      },
    );
    return () => {
      current = false;
      latest.current?.close();
      latest.current = null;
    };
  }, [attempts]);

  useEffect(() => (play ? followOtherTabs(play, visit, projectId) : undefined), [play]);
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
        onStartAgain={() => goToWelcome(projectId)}
      />
    );
  }
  if (play === null) return <Skeleton />;
  if (play.ended !== null) return <ProblemCard reason={play.ended} onStartAgain={startAgain} />;
  return <StepScreen visit={visit} play={play} />;
}

/** The session of this phase, or null if the guest was redirected. */
async function startSession(
  route: PlayedRoute,
  visit: VisitContext,
): Promise<SessionWithSteps | null> {
  const { calls } = visit.backend;
  const { experiences } = visit.project;
  const { projectId } = route;
  const experienceId =
    route.phase === "main" ? route.experienceId : experiences[route.phase]?.experienceId;
  if (experienceId === undefined) {
    await redirect(route, visit);
    return null;
  }
  const request = {
    projectId,
    experienceId,
    mode: "guest" as const,
    configSource: "published" as const,
    ...(route.phase === "preshare" ? { mainSessionId: route.mainSessionId } : {}),
    ...(route.phase === "main" && route.pregate ? { pregateSessionId: route.pregate } : {}),
  };
  try {
    return await calls.createSession({ ...request, requestId: sessionRequestId() });
  } catch (error) {
    const { reason } = refusalOf(error);
    if (reason === "pregate_required") {
      await redirect(route, visit);
      return null;
    }
    if (reason !== "request_id_reused") throw error;
    startAgain();
    return null;
  }
}

/** Ask the server which phase the guest belongs in, and go there. */
async function redirect(route: PlayedRoute, visit: VisitContext): Promise<void> {
  const { projectId } = route;
  const next = await visit.backend.calls.getNextPhase({
    projectId,
    ...(route.phase === "main" ? { experienceId: route.experienceId } : {}),
    ...(route.phase === "pregate" && route.chosen ? { experienceId: route.chosen } : {}),
    ...(route.phase === "preshare" ? { mainSessionId: route.mainSessionId } : {}),
  });
  goTo(projectId, { ...next, replace: true });
}

/** Keep up with what other tabs do to the session, by listening, or by polling when shown again. */
function followOtherTabs(play: Play, visit: VisitContext, projectId: string): () => void {
  const { backend } = visit;
  const sessionId = play.session.id;
  let stop = () => {};
  let closed = false;
  let isListening = false;
  const poll = async () => {
    if (document.visibilityState !== "visible") return;
    play.retryNow();
    if (isListening) return;
    try {
      play.update((await backend.calls.getSession({ projectId, sessionId })).session);
    } catch {
      // The next poll tries again.
    }
  };
  const online = () => play.retryNow();
  addEventListener("online", online);
  document.addEventListener("visibilitychange", poll);
  import("../model/live.ts").then(
    ({ watchSession }) => {
      if (closed) return;
      isListening = true;
      const onLost = () => {
        isListening = false;
      };
      stop = watchSession(backend, projectId, sessionId, (session) => play.update(session), onLost);
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
