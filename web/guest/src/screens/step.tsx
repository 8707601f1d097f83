/** One step of a session, with the buttons back and next. */

import { useEffect, useRef, useState } from "preact/hooks";
import { type AnswerProblem, problemWith } from "../model/answers.ts";
import { isKiosk } from "../model/kiosk/mode.ts";
import { submitsByKey } from "../model/keys.ts";
import { canSkip, type Play } from "../model/play.ts";
import { askedBy, asksForValue } from "../model/step-types.ts";
import { draft, keepDraft } from "../model/storage.ts";
import { translatedStep } from "../model/translations.ts";
import type { Step, Value, Venue } from "../model/types.ts";
import { answerWords, currentTag, filled, words } from "../model/words.ts";
import { Brand } from "../parts/frame.tsx";
import { Icon } from "../parts/icons.tsx";
import { StepHead } from "../parts/step-head.tsx";
import { hasOwnHead, rendererOf } from "../steps/renderers.tsx";

interface Props {
  venue: Venue;
  play: Play;
}

export function StepScreen({ venue, play }: Props) {
  const step = play.step && translatedStep(play.step, currentTag());
  return (
    <>
      <TopBar play={play} venue={venue} />
      {step ? (
        <StepForm key={step.id} venue={venue} play={play} step={step} />
      ) : (
        <EmptyPhase play={play} />
      )}
    </>
  );
}

/** An experience without steps has nothing to show, so its session is completed at once. */
function EmptyPhase({ play }: { play: Play }) {
  useEffect(() => play.submitNothing(), []);
  return null;
}

function TopBar({ play, venue }: Props) {
  const { index, steps } = play;
  const { step: stepWords } = words();
  return (
    <header class="topbar">
      <div class="topbar-row">
        {play.canGoBack ? (
          <button
            class="icon-button"
            type="button"
            data-testid="back"
            aria-label={stepWords.previous}
            onClick={(event) => event.detail < 2 && play.back()}
          >
            <Icon name="back" />
          </button>
        ) : (
          <span class="icon-button" aria-hidden="true" />
        )}
        <Brand venue={venue} />
        <SaveState play={play} />
      </div>
      <div
        class="progress"
        role="progressbar"
        aria-label={stepWords.steps}
        aria-valuemin={1}
        aria-valuemax={steps.length}
        aria-valuenow={index + 1}
        aria-valuetext={filled(stepWords.position, { index: index + 1, count: steps.length })}
      >
        {steps.map((step, position) => (
          <span key={step.id} class={position < index ? "past" : position === index ? "now" : ""} />
        ))}
      </div>
    </header>
  );
}

function SaveState({ play }: { play: Play }) {
  const [wasUnsaved, setWasUnsaved] = useState(false);
  const texts = words().saving;
  // A photo is as unsaved as an answer.
  const isPhoto = play.photos.isWaiting;
  const saving = isPhoto ? "offline" : play.saving;
  useEffect(() => {
    if (saving !== "saved") setWasUnsaved(true);
  }, [saving]);
  return (
    <span
      class={`save-state ${saving}`}
      data-testid="save-state"
      data-state={saving}
      data-photo={isPhoto ? "waiting" : undefined}
      role="status"
    >
      <span class="save-dot" aria-hidden="true" />
      <span class="sr-only">{wasUnsaved ? texts[isPhoto ? "photo" : saving] : ""}</span>
      {saving === "offline" ? (
        <span class="save-words">{isPhoto ? texts.photoShort : texts.offlineShort}</span>
      ) : null}
    </span>
  );
}

interface FormProps {
  venue: Venue;
  play: Play;
  step: Step;
}

function StepForm({ venue, play, step }: FormProps) {
  const { id: sessionId } = play.session;
  const isText = askedBy(step) === "text";
  const [edited, setEdited] = useState<Value | undefined>(() =>
    isText ? (draft(sessionId, step.id) ?? undefined) : undefined,
  );
  const [localProblem, setLocalProblem] = useState<AnswerProblem | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const shownAt = useRef(performance.now());
  const value = edited ?? play.answer(step.id);
  const problem = localProblem ?? play.refused.get(step.id) ?? null;
  const asks = asksForValue(step);
  const { oneMoment, waitingForNetwork } = words().step;
  const error = useRef<HTMLParagraphElement>(null);

  // Below a long question the error is out of sight, or behind the button.
  useEffect(() => {
    if (problem) error.current?.scrollIntoView({ block: "nearest" });
  }, [problem]);

  function change(changed: Value) {
    play.busy = true;
    setEdited(changed);
    setLocalProblem(null);
    play.refused.delete(step.id);
    if (isText) keepDraft(sessionId, step.id, String(changed));
  }

  function submit() {
    // The renderer of a photo offers no way on without one.
    const found = asks ? problemWith(step, value) : null;
    setLocalProblem(found);
    if (found !== null) {
      form.current?.querySelector<HTMLElement>("input, textarea")?.focus();
      return;
    }
    keepDraft(sessionId, step.id, null);
    play.submit(step.id, asks ? value : undefined);
  }

  const Renderer = rendererOf(step.type);
  return (
    <main
      class={`step step-${step.type}`}
      data-testid="step"
      data-step={step.id}
      data-type={step.type}
      data-index={play.index}
      data-count={play.steps.length}
    >
      <form
        ref={form}
        noValidate
        autoComplete={isKiosk() ? "off" : undefined}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
        onKeyDown={(event) => {
          if (!submitsByKey(event)) return;
          event.preventDefault();
          event.currentTarget.requestSubmit();
        }}
      >
        {hasOwnHead(step.type) ? null : (
          <StepHead step={step} venue={venue} makesPicture={play.backend.makesPicture} />
        )}
        {Renderer ? (
          <div class="step-body">
            <Renderer
              venue={venue}
              play={play}
              step={step}
              value={value}
              problem={problem}
              onChange={change}
            />
            {asks ? (
              <p
                ref={error}
                id="answer-error"
                class="error"
                role="alert"
                data-testid="answer-error"
                hidden={!problem}
              >
                {problem && answerWords(problem)}
              </p>
            ) : null}
          </div>
        ) : null}
        {step.type === "capture" ? null : (
          <footer class="actions">
            <button
              class="button primary"
              type="submit"
              data-testid="next"
              aria-busy={play.leaving}
              onClick={(event) => {
                // The second tap of a double tap was meant for the step before.
                const isTouch = (event as unknown as PointerEvent).pointerType === "touch";
                const isEarly = isTouch && performance.now() - shownAt.current < 300;
                if (event.detail > 1 || isEarly) event.preventDefault();
              }}
            >
              {play.leaving ? <span class="spinner" aria-hidden="true" /> : null}
              {play.leaving && play.saving === "offline" ? waitingForNetwork : ""}
              {play.leaving && play.saving !== "offline" ? oneMoment : ""}
              {play.leaving ? "" : <bdi>{nextLabel(play, step, value)}</bdi>}
            </button>
            <KeyHint step={step} />
          </footer>
        )}
      </form>
    </main>
  );
}

function nextLabel(play: Play, step: Step, value: Value | undefined): string {
  const { done, next, skip } = words().step;
  if (step.ctaLabel) return step.ctaLabel;
  if (asksForValue(step) && canSkip(step, value)) return skip;
  return play.isEnd ? done : next;
}

/** Shown where there is a mouse, and so a keyboard. */
function KeyHint({ step }: { step: Step }) {
  const { controlKey, enterKey } = words().step;
  return (
    <p class="key-hint" aria-hidden="true">
      {step.type === "long_text" ? <kbd>{controlKey}</kbd> : null} <kbd>{enterKey} ↵</kbd>
    </p>
  );
}
