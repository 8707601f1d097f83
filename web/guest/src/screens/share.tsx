/** The end of a visit: the picture, and how to take it along. */

import { useEffect, useState } from "preact/hooks";
import { toWelcome } from "../model/history.ts";
import type { Picture } from "../model/picture.ts";
import { type Refusal, refusalOf } from "../model/refusals.ts";
import { pictureUrl } from "../model/theme.ts";
import type { SessionWithSteps } from "../model/types.ts";
import type { VisitContext } from "../model/visit.ts";
import { Brand, Heading, ProblemCard, Skeleton } from "../parts/frame.tsx";
import { Icon } from "../parts/icons.tsx";
import { JobCard, Reveal, TakeAlong } from "../parts/result.tsx";
import { isGoingOn, usePicture } from "../parts/use-picture.ts";
import { needsNewPhoto } from "../texts.ts";

export function ShareScreen({ visit, sessionId }: { visit: VisitContext; sessionId: string }) {
  const { backend, project } = visit;
  const projectId = project.id;
  const [main, setMain] = useState<SessionWithSteps | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [tries, setTries] = useState(0);
  const followed = usePicture(backend, projectId, sessionId, main !== null);
  const { picture } = followed;

  useEffect(() => {
    let current = true;
    setRefusal(null);
    backend.calls.getSession({ projectId, sessionId }).then(
      (found) => {
        if (!current) return;
        // Only what was completed has something to share.
        if (found.session.phase === "main" && found.session.status === "completed") setMain(found);
        else toWelcome(projectId);
      },
      (error: unknown) => current && setRefusal(refusalOf(error)),
    );
    return () => {
      current = false;
    };
  }, [tries]);

  if (refusal) {
    return (
      <ProblemCard
        reason={refusal.reason}
        onRetry={() => setTries((n) => n + 1)}
        onStartAgain={() => toWelcome(projectId)}
      />
    );
  }
  if (main === null) return <Skeleton />;
  const reward = main.steps.find((step) => step.type === "reward");
  const photo = pictureUrl(main.session.capturedMedia.at(-1)?.url);
  const going = isGoingOn(picture);
  return (
    <>
      <header class="topbar">
        <div class="topbar-row">
          <span class="icon-button" aria-hidden="true" />
          <Brand project={project} />
          <span class="icon-button" aria-hidden="true" />
        </div>
      </header>
      <main class="result share-screen">
        <div class="step-text">
          <Heading of={going ? "going" : picture.status}>{headline(picture)}</Heading>
          <p class="lead">
            {picture.url
              ? `Take your picture from ${project.name} along.`
              : going
                ? "It appears here by itself. You can stay on this page."
                : ""}
          </p>
        </div>
        <Reveal picture={picture} name={project.name} />
        {!picture.url && !going && photo ? (
          <figure class="preview">
            <img src={photo} alt="Your photo" />
          </figure>
        ) : null}
        <JobCard followed={followed} />
        {picture.url ? (
          <TakeAlong url={picture.url} name={project.name} config={reward?.config ?? {}} withQr />
        ) : null}
        <button
          class={`button ${needsNewPhoto(picture.reason) ? "primary" : "quiet"}`}
          type="button"
          data-testid="again"
          onClick={() => toWelcome(projectId)}
        >
          <Icon name="again" />
          {needsNewPhoto(picture.reason) ? "Take a new photo" : "Make another one"}
        </button>
      </main>
    </>
  );
}

function headline(picture: Picture): string {
  if (picture.status === "completed") return "Here you are!";
  if (isGoingOn(picture)) return "Your picture is on its way";
  return picture.status === "none" ? "Thank you!" : "Almost there";
}
