/** The end of a visit: the picture of its main session. */

import { useEffect, useState } from "preact/hooks";
import { entranceOf, goToWelcome } from "../model/history.ts";
import type { StartedSession } from "../model/play.ts";
import { type Refusal, refusalOf } from "../model/refusals.ts";
import { ProjectSession } from "../model/sessions/project-session.ts";
import type { VisitContext } from "../model/visit.ts";
import { EraseVisit } from "../parts/erase.tsx";
import { ProblemCard, Skeleton } from "../parts/frame.tsx";
import { Result } from "./result.tsx";

export function ShareScreen({ visit, sessionId }: { visit: VisitContext; sessionId: string }) {
  const { backend, project } = visit;
  const projectId = project.id;
  const [main, setMain] = useState<StartedSession | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [attempts, setAttempts] = useState(0);

  useEffect(() => {
    let current = true;
    setRefusal(null);
    backend.calls.getSession({ projectId, sessionId }).then(
      (opened) => {
        if (!current) return;
        const { phase, status } = opened.session;
        // Only a completed main session has a picture to share.
        if (phase === "main" && status === "completed") {
          const session = new ProjectSession(backend, project, opened);
          setMain({ session: session.played, steps: session.steps, backend: session });
        } else {
          goToWelcome(projectId);
        }
      },
      (error: unknown) => current && setRefusal(refusalOf(error)),
    );
    return () => {
      current = false;
    };
  }, [attempts]);

  if (refusal) {
    return (
      <ProblemCard
        reason={refusal.reason}
        onRetry={() => setAttempts((n) => n + 1)}
        onStartAgain={() => goToWelcome(projectId)}
      />
    );
  }
  if (main === null) return <Skeleton />;
  return (
    <Result {...main} venue={project} onAgain={() => goToWelcome(projectId)}>
      <EraseVisit
        backend={backend}
        of={{ projectId }}
        withPicture={main.backend.makesPicture}
        entrance={entranceOf(projectId)}
      />
    </Result>
  );
}
