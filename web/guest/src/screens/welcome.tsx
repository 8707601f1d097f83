/** The first screen: the project, the consent it asks for, and the experiences to choose from. */

import { useEffect, useRef, useState } from "preact/hooks";
import { currentRoute, goTo, goToWelcome } from "../model/history.ts";
import { refusalOf } from "../model/refusals.ts";
import type { NamedExperience } from "../model/types.ts";
import { enter, type VisitContext } from "../model/visit.ts";
import { Brand } from "../parts/frame.tsx";
import { Icon } from "../parts/icons.tsx";
import { comeBack, problemWords } from "../texts.ts";

const CONSENT_MISSING = "Please agree first, then choose.";

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

  useEffect(() => {
    isMounted.current = true;
    // Fetch what the next screens need while the guest reads this one.
    const timer = setTimeout(() => void import("../model/live.ts").catch(() => {}), 1500);
    return () => {
      isMounted.current = false;
      clearTimeout(timer);
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
      <header class="hero">
        <div class="hero-light" aria-hidden="true" />
        <div class="hero-text">
          {project.theme?.logoUrl ? <Brand venue={project} /> : null}
          <p class="eyebrow">Welcome to</p>
          <h1>{project.name}</h1>
        </div>
      </header>
      <main class="welcome">
        {consent ? (
          <div class="consent">
            <p>{consent.text}</p>
            <label class="check">
              <input
                ref={checkbox}
                type="checkbox"
                data-testid="consent"
                checked={agreed}
                aria-describedby={problem === CONSENT_MISSING ? "problem" : undefined}
                onChange={(event) => {
                  setAgreed(event.currentTarget.checked);
                  setProblem(null);
                }}
              />
              <span>
                I agree
                {consent.minimumAge ? `, and I am at least ${consent.minimumAge} years old` : ""}
              </span>
            </label>
          </div>
        ) : null}
        <p id="problem" class="notice" role="alert" data-testid="notice" hidden={!problem}>
          {problem}
        </p>
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
                <span class="card-name">{each.name}</span>
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
