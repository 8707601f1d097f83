/** The first screen: the project, the consent it asks for, and the experiences to choose from. */

import { useEffect, useRef, useState } from "preact/hooks";
import { currentRoute, goTo, goToWelcome } from "../model/history.ts";
import { refusalOf } from "../model/refusals.ts";
import type { NamedExperience } from "../model/types.ts";
import { enter, type VisitContext } from "../model/visit.ts";
import { ConsentBox, Hero, Notice } from "../parts/entrance.tsx";
import { Icon } from "../parts/icons.tsx";
import { comeBack, CONSENT_MISSING, problemWords } from "../texts.ts";
import { usePrefetch } from "./later.tsx";

export function Welcome({ visit, onEnter }: { visit: VisitContext; onEnter(): void }) {
  const { project, backend, entered } = visit;
  const [agreed, setAgreed] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const isMounted = useRef(true);
  const checkbox = useRef<HTMLInputElement>(null);
  const consent = entered ? null : project.consent;
  const projectId = project.id;
  const choices = project.experiences.main.filter((each) => each.enabled);

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
      setProblem(CONSENT_MISSING);
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
        setProblem(problemWords("experience_unavailable").text);
        setChosen(null);
      } else {
        goTo(projectId, next);
      }
    } catch (error) {
      if (!isMounted.current) return;
      const { reason, retryAfterSeconds } = refusalOf(error);
      const more = retryAfterSeconds ? ` ${comeBack(retryAfterSeconds)}` : "";
      setProblem(problemWords(reason).text + more);
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
            isMissing={problem === CONSENT_MISSING}
            onChange={(changed) => {
              setAgreed(changed);
              setProblem(null);
            }}
          />
        ) : null}
        <Notice problem={problem} />
        <h2 class="section">
          {choices.length > 1 ? "Choose your experience" : choices.length ? "Ready?" : "Nothing on"}
        </h2>
        {choices.length === 0 ? (
          <p>There is nothing to try right now. Please come back later.</p>
        ) : null}
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
                <span class="card-name" dir="auto">{each.name}</span>
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
