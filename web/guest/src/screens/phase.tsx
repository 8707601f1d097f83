/** A phase that is played: its session is found or begun, and its steps are shown one by one. */

import { useEffect, useRef, useState } from "preact/hooks";
import {
  follow,
  remember,
  remembered,
  sessionRequestId,
  startAgain,
  toWelcome,
} from "../model/history.ts";
import { Play } from "../model/play.ts";
import { type Refusal, refusalOf } from "../model/refusals.ts";
import type { Route } from "../model/routes.ts";
import { store } from "../model/storage.ts";
import type { SessionWithSteps } from "../model/types.ts";
import type { VisitContext } from "../model/visit.ts";
import { ProblemCard, Skeleton } from "../parts/frame.tsx";
import { StepScreen } from "./step.tsx";

type Played = Exclude<Route, { phase: "none" | "welcome" | "share" }>;

interface Props {
  route: Played;
  visit: VisitContext;
  onGuestRequired(): void;
}

export function PhaseScreen({ route, visit, onGuestRequired }: Props) {
  const { backend, project } = visit;
  const { projectId } = route;
  const [play, setPlay] = useState<Play | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [tries, setTries] = useState(0);
  const [, redraw] = useState(0);
  const latest = useRef<Play | null>(null);

  useEffect(() => {
    let current = true;
    setRefusal(null);
    begin(route, visit).then(
      (begun) => {
        if (!current || begun === null) return;
        const opened = new Play(begun, {
          calls: backend.calls,
          store: store(),
          chosen: route.phase === "pregate" ? route.chosen : null,
          shown: remembered().shown ?? null,
          leave: (next) => follow(projectId, next),
          changed: () => {
            if (latest.current !== opened) return;
            if (!opened.isActive && opened.ended === null) remember({ shown: opened.index });
            redraw((n) => n + 1);
          },
        });
        latest.current = opened;
        setPlay(opened);
        opened.start();
      },
      (error: unknown) => {
        if (!current) return;
        const met = refusalOf(error);
        if (["guest_required", "consent_required", "guest_not_found"].includes(met.reason)) {
          onGuestRequired();
        } else if (met.reason === "main_session_not_found") toWelcome(projectId);
        else setRefusal(met);
      },
    );
    return () => {
      current = false;
      latest.current?.close();
      latest.current = null;
    };
  }, [tries]);

  useEffect(() => (play ? followElsewhere(play, visit, projectId) : undefined), [play]);
  useEffect(() => {
    if (!refusal?.passes) return;
    const again = () => setTries((n) => n + 1);
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, [refusal]);

  const again = () => setTries((n) => n + 1);
  if (refusal) {
    return (
      <ProblemCard
        reason={refusal.reason}
        retryAfterSeconds={refusal.retryAfterSeconds}
        onRetry={again}
        onStartAgain={() => toWelcome(projectId)}
      />
    );
  }
  if (play === null) return <Skeleton />;
  if (play.ended !== null) return <ProblemCard reason={play.ended} onStartAgain={startAgain} />;
  return <StepScreen visit={visit} play={play} project={project} />;
}

/** The session of this visit, or null when the guest was led somewhere else. */
async function begin(route: Played, visit: VisitContext): Promise<SessionWithSteps | null> {
  const { calls } = visit.backend;
  const { experiences } = visit.project;
  const { projectId } = route;
  const experienceId =
    route.phase === "main" ? route.experienceId : experiences[route.phase]?.experienceId;
  if (experienceId === undefined) {
    await leadOn(route, visit);
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
      await leadOn(route, visit);
      return null;
    }
    if (reason !== "request_id_reused") throw error;
    startAgain();
    return null;
  }
}

/** Ask the server where this guest belongs instead. */
async function leadOn(route: Played, visit: VisitContext): Promise<void> {
  const { projectId } = route;
  const next = await visit.backend.calls.getNextPhase({
    projectId,
    ...(route.phase === "main" ? { experienceId: route.experienceId } : {}),
    ...(route.phase === "pregate" && route.chosen ? { experienceId: route.chosen } : {}),
    ...(route.phase === "preshare" ? { mainSessionId: route.mainSessionId } : {}),
  });
  follow(projectId, { ...next, replace: true });
}

/** What other tabs do to the session is seen here too: by listening, and by looking again. */
function followElsewhere(play: Play, visit: VisitContext, projectId: string): () => void {
  const { backend } = visit;
  const sessionId = play.session.id;
  let stop = () => {};
  let closed = false;
  let listens = false;
  const look = async () => {
    if (document.visibilityState !== "visible") return;
    play.retryNow();
    if (listens) return;
    try {
      play.take((await backend.calls.getSession({ projectId, sessionId })).session);
    } catch {
      // The next look tries again.
    }
  };
  const online = () => play.retryNow();
  addEventListener("online", online);
  document.addEventListener("visibilitychange", look);
  import("../model/live.ts").then(
    ({ watchSession }) => {
      if (closed) return;
      listens = true;
      const lost = () => {
        listens = false;
      };
      stop = watchSession(backend, projectId, sessionId, (session) => play.take(session), lost);
    },
    () => {},
  );
  return () => {
    closed = true;
    stop();
    removeEventListener("online", online);
    document.removeEventListener("visibilitychange", look);
  };
}
