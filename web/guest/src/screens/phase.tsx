/** A phase of a project: its session, found or created, and where it leads. */

import { goTo, goToWelcome, sessionRequestId, startAgain } from "../model/history.ts";
import { keep, orKept } from "../model/kept.ts";
import type { StartedSession } from "../model/play.ts";
import { type Refusal, refusalOf } from "../model/refusals.ts";
import type { Route } from "../model/routes.ts";
import { ProjectSession } from "../model/sessions/project-session.ts";
import type { VisitContext } from "../model/visit.ts";
import { Player } from "./player.tsx";

type PlayedRoute = Extract<Route, { phase: "pregate" | "main" | "preshare" }>;

interface Props {
  route: PlayedRoute;
  visit: VisitContext;
  onGuestRequired(): void;
}

export function PhaseScreen({ route, visit, onGuestRequired }: Props) {
  const { projectId } = route;
  const redirects = ({ reason }: Refusal) => {
    if (GUEST_REQUIRED.has(reason)) onGuestRequired();
    else if (reason === "main_session_not_found") goToWelcome(projectId);
    else return false;
    return true;
  };
  return (
    <Player
      venue={visit.project}
      open={() => startSession(route, visit)}
      leave={(next) => goTo(projectId, next)}
      redirects={redirects}
      onStartAgain={startAgain}
      onGiveUp={() => goToWelcome(projectId)}
    />
  );
}

const GUEST_REQUIRED = new Set(["guest_required", "consent_required", "guest_not_found"]);

/** The session of this phase, or null if the guest was redirected. */
async function startSession(
  route: PlayedRoute,
  visit: VisitContext,
): Promise<StartedSession | null> {
  const { backend, project } = visit;
  const { experiences } = project;
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
    const requestId = sessionRequestId();
    const name = `session:${requestId}`;
    const opened = await orKept(name, () =>
      backend.calls.createSession({ ...request, requestId }),
    );
    const chosen = route.phase === "pregate" ? route.chosen : null;
    const session = new ProjectSession(backend, project, opened, chosen);
    return {
      ...{ session: session.played, steps: session.steps, backend: session },
      keep: () => keep(name, session.current),
    };
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
