/** The end of a visit: the picture, and ways to keep and share it. */

import { useEffect, useState } from "preact/hooks";
import { goToWelcome } from "../model/history.ts";
import type { Picture } from "../model/picture.ts";
import { type Refusal, refusalOf } from "../model/refusals.ts";
import { forget } from "../model/storage.ts";
import { pictureUrl } from "../model/theme.ts";
import type { SessionWithSteps } from "../model/types.ts";
import type { VisitContext } from "../model/visit.ts";
import { Brand, Heading, ProblemCard, Skeleton } from "../parts/frame.tsx";
import { Icon } from "../parts/icons.tsx";
import { JobCard, Reveal, PictureActions } from "../parts/result.tsx";
import { isInProgress, usePicture } from "../parts/use-picture.ts";
import { ERASE, needsNewPhoto, problemWords } from "../texts.ts";

export function ShareScreen({ visit, sessionId }: { visit: VisitContext; sessionId: string }) {
  const { backend, project } = visit;
  const projectId = project.id;
  const [main, setMain] = useState<SessionWithSteps | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [attempts, setAttempts] = useState(0);
  const followed = usePicture(backend, projectId, sessionId, main !== null);
  const { picture } = followed;

  useEffect(() => {
    let current = true;
    setRefusal(null);
    backend.calls.getSession({ projectId, sessionId }).then(
      (found) => {
        if (!current) return;
        // Only a completed main session has a picture to share.
        if (found.session.phase === "main" && found.session.status === "completed") setMain(found);
        else goToWelcome(projectId);
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
  const reward = main.steps.find((step) => step.type === "reward");
  const photo = pictureUrl(main.session.capturedMedia.filter(({ url }) => url).at(-1)?.url);
  const inProgress = isInProgress(picture);
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
          <Heading of={inProgress ? "in-progress" : picture.status}>{headline(picture)}</Heading>
          <p class="lead">
            {picture.url
              ? `Take your picture from ${project.name} along.`
              : inProgress
                ? "It appears here by itself. You can stay on this page."
                : ""}
          </p>
        </div>
        <Reveal picture={picture} name={project.name} />
        {!picture.url && !inProgress && photo ? (
          <figure class="preview">
            <img src={photo} alt="Your photo" />
          </figure>
        ) : null}
        <JobCard followed={followed} />
        {picture.url ? (
          <PictureActions
            url={picture.url}
            name={project.name}
            config={reward?.config ?? {}}
            withQr
          />
        ) : null}
        <button
          class={`button ${needsNewPhoto(picture.reason) ? "primary" : "quiet"}`}
          type="button"
          data-testid="again"
          onClick={() => goToWelcome(projectId)}
        >
          <Icon name="again" />
          {needsNewPhoto(picture.reason) ? "Take a new photo" : "Make another one"}
        </button>
        <EraseVisit visit={visit} />
      </main>
    </>
  );
}

function headline(picture: Picture): string {
  if (picture.status === "completed") return "Here you are!";
  if (isInProgress(picture)) return "Your picture is on its way";
  return picture.status === "none" ? "Thank you!" : "Almost there";
}

/** Everything of the guest in this project goes, after they have been asked whether they mean it. */
function EraseVisit({ visit }: { visit: VisitContext }) {
  const { backend, project } = visit;
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function erase() {
    if (busy || !confirm(ERASE.question)) return;
    setBusy(true);
    setProblem(null);
    try {
      await backend.calls.eraseGuest({ projectId: project.id });
      forget();
      location.replace(`/${project.id}`);
    } catch (error) {
      setProblem(problemWords(refusalOf(error).reason).text);
      setBusy(false);
    }
  }

  return (
    <>
      <button
        class="link"
        type="button"
        data-testid="erase"
        aria-busy={busy}
        onClick={() => void erase()}
      >
        {ERASE.button}
      </button>
      <p class="error" role="alert" hidden={!problem}>
        {problem}
      </p>
    </>
  );
}
