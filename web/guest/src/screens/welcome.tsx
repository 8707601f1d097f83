/** The first screen: the project, the consent it asks for, and the experiences to choose from. */

import { useEffect, useRef, useState } from "preact/hooks";
import { currentRoute, goTo, goToWelcome } from "../model/history.ts";
import { type Refusal, refusalOf } from "../model/refusals.ts";
import { titleOf } from "../model/translations.ts";
import type { NamedExperience } from "../model/types.ts";
import { enter, type VisitContext } from "../model/visit.ts";
import { comeBack, currentTag, problemWords, words } from "../model/words.ts";
import { ConsentBox, Hero, Notice } from "../parts/entrance.tsx";
import { Icon } from "../parts/icons.tsx";
import { usePrefetch } from "./later.tsx";

/** Why the guest is not led on: a refusal, or their consent is missing. */
type WelcomeProblem = Pick<Refusal, "reason"> & Partial<Refusal>;

function noticeOf({ reason, retryAfterSeconds }: WelcomeProblem): string {
  if (reason === "consent_missing") return words().consent.chooseAfter;
  const more = retryAfterSeconds ? ` ${comeBack(retryAfterSeconds)}` : "";
  return problemWords(reason).text + more;
}

export function Welcome({ visit, onEnter }: { visit: VisitContext; onEnter(): void }) {
  const { project, backend, entered } = visit;
  const [agreed, setAgreed] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const [problem, setProblem] = useState<WelcomeProblem | null>(null);
  const isMounted = useRef(true);
  const checkbox = useRef<HTMLInputElement>(null);
  const consent = entered ? null : project.consent;
  const projectId = project.id;
  const choices = project.experiences.main.filter((each) => each.enabled);
  const { welcome } = words();

  usePrefetch();
  useEffect(() => {
    isMounted.current = true;
    return () => {
      isMounted.current = false;
    };
  }, []);

  async function choose(experience: NamedExperience) {
    if (chosen !== null) return;
    if (consent && !agreed) {
      setProblem({ reason: "consent_missing" });
      checkbox.current?.focus();
      return;
    }
    setChosen(experience.experienceId);
    setProblem(null);
    try {
      // The project has changed its consent in the meantime: a reload shows the new one.
      if (!entered && !(await enter(backend, projectId, consent?.version ?? ""))) {
        location.reload();
        return;
      }
      const { experienceId } = experience;
      const next = await backend.calls.getNextPhase({ projectId, experienceId });
      if (!isMounted.current) return;
      if (currentRoute().phase !== "welcome") goToWelcome(projectId);
      onEnter();
      if (next.phase === "welcome") {
        setProblem({ reason: "experience_unavailable" });
        setChosen(null);
      } else {
        goTo(projectId, next);
      }
    } catch (error) {
      if (!isMounted.current) return;
      setProblem(refusalOf(error));
      setChosen(null);
    }
  }

  return (
    <>
      <Hero venue={project} />
      <main class="welcome">
        {consent ? (
          <ConsentBox
            consent={consent}
            checkbox={checkbox}
            agreed={agreed}
            isMissing={problem?.reason === "consent_missing"}
            onChange={(changed) => {
              setAgreed(changed);
              setProblem(null);
            }}
          />
        ) : null}
        <Notice problem={problem && noticeOf(problem)} />
        <h2 class="section">
          {choices.length > 1 ? welcome.choose : choices.length ? welcome.ready : welcome.nothing}
        </h2>
        {choices.length === 0 ? <p>{welcome.nothingText}</p> : null}
        <ul class="cards">
          {choices.map((each, index) => (
            <li key={each.experienceId}>
              <button
                class={`card tint-${index % 4}`}
                type="button"
                data-testid="experience"
                data-experience={each.experienceId}
                aria-busy={chosen === each.experienceId}
                onClick={() => void choose(each)}
              >
                <span class="card-mark" aria-hidden="true">
                  <Icon name="spark" />
                </span>
                <span class="card-name" dir="auto">{titleOf(each, currentTag())}</span>
                {chosen === each.experienceId ? (
                  <span class="spinner" aria-hidden="true" />
                ) : (
                  <Icon name="arrow" />
                )}
              </button>
            </li>
          ))}
        </ul>
      </main>
    </>
  );
}
