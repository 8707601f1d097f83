/** The questions. Each is answered with a native control that has a label. */

import { isKiosk } from "../model/kiosk/mode.ts";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { lengthOf, problemWith } from "../model/answers.ts";
import { pictureUrl } from "../model/theme.ts";
import { titleOf, UNWRITTEN } from "../model/translations.ts";
import type { Choice, Step } from "../model/types.ts";
import { counted, currentTag, formatted, words } from "../model/words.ts";
import { HEADING } from "../parts/frame.tsx";
import { Icon } from "../parts/icons.tsx";
import type { StepProps } from "./props.ts";

export function TextField(props: StepProps) {
  const { maxLength = 500, placeholder = "" } = props.step.config ?? {};
  return (
    <div class="lines">
      <input
        {...fieldAttributes(props)}
        type="text"
        autoComplete="off"
        {...directionOf(props.value)}
        placeholder={placeholder}
      />
      <Count value={props.value} maxLength={maxLength} from={50} />
    </div>
  );
}

export function EmailField(props: StepProps) {
  return (
    <input
      {...fieldAttributes(props)}
      type="email"
      autoComplete={isKiosk() ? "off" : "email"}
      autoCapitalize="none"
      {...directionOf(props.value)}
      placeholder={props.step.config?.placeholder || words().questions.email}
    />
  );
}

/** Words have the direction of their script. Before there are any, a field has that of the page. */
function directionOf(value: unknown) {
  return value ? { dir: "auto" as const } : {};
}

function fieldAttributes({ step, value, problem, onChange }: StepProps) {
  return {
    class: "field",
    "data-testid": "answer",
    "aria-label": step.title || words().questions.answer,
    "aria-invalid": problem !== null,
    "aria-describedby": "answer-error",
    "aria-required": step.config?.required === true,
    enterkeyhint: "next" as const,
    value: typeof value === "string" ? value : "",
    onInput: (event: { currentTarget: HTMLInputElement }) => onChange(event.currentTarget.value),
  };
}

export function TextArea({ step, value, problem, onChange }: StepProps) {
  const text = typeof value === "string" ? value : "";
  return (
    <div class="lines">
      <textarea
        class="field"
        data-testid="answer"
        rows={5}
        aria-label={step.title || words().questions.answer}
        aria-invalid={problem !== null}
        aria-describedby="answer-error"
        aria-required={step.config?.required === true}
        {...directionOf(value)}
        placeholder={step.config?.placeholder || ""}
        value={text}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <Count value={value} maxLength={step.config?.maxLength ?? 2000} from={200} />
    </div>
  );
}

/**
 * How many characters are left, or too many, once fewer are left than `from`. The browser's own limit
 * counts an emoji as two and more, and cuts what is pasted anywhere; so nothing is cut here.
 */
function Count({ value, maxLength, from }: { value: unknown; maxLength: number; from: number }) {
  const left = maxLength - lengthOf(typeof value === "string" ? value : "");
  if (left >= from) return null;
  const { questions } = words();
  return (
    <span class={`count ${left < 0 ? "over" : ""}`} data-testid="count">
      {left < 0 ? counted(questions.tooMany, -left) : counted(questions.left, left)}
    </span>
  );
}

export function YesNo(props: StepProps) {
  const { yesLabel, noLabel } = props.step.config ?? {};
  const { yes, no } = words().questions;
  const options = [
    { value: true, label: yesLabel && yesLabel !== UNWRITTEN.yes ? yesLabel : yes },
    { value: false, label: noLabel && noLabel !== UNWRITTEN.no ? noLabel : no },
  ];
  return <Choices {...props} kind="pair" options={options} />;
}

function titleIn(choice: Choice | undefined): string | undefined {
  return choice && titleOf(choice, currentTag());
}

export function ExperiencePicker(props: StepProps) {
  const { experienceIds = [], layout = "grid" } = props.step.config ?? {};
  const choices = new Map(props.play.backend.choices.map((each) => [each.id, each]));
  const options = experienceIds.map((id) => ({
    value: id,
    label: titleIn(choices.get(id)) ?? readable(id),
    preview: pictureUrl(choices.get(id)?.previewMediaUrl),
  }));
  return <Choices {...props} kind={layout} options={options} />;
}

export function MultipleChoice(props: StepProps) {
  const { allowMultiple = false, options = [] } = props.step.config ?? {};
  if (allowMultiple) return <MultipleChoices {...props} />;
  return <Choices {...props} kind="list" options={options} />;
}

interface Option {
  value: string | number | boolean;
  label: string;
  /** The address of a picture of it. */
  preview?: string | null;
}

interface ChoicesProps extends StepProps {
  kind: "pair" | "list" | "grid" | "carousel";
  options: Option[];
}

/** A choice of one option. */
function Choices({ step, value, problem, kind, options, onChange }: ChoicesProps) {
  return (
    <Group step={step} invalid={problem !== null} class={`choices ${kind}`}>
      {options.map((option) => (
        <label key={String(option.value)} class="choice">
          <input
            type="radio"
            name={step.id}
            data-testid="option"
            data-value={String(option.value)}
            checked={value === option.value}
            onChange={() => onChange(option.value)}
          />
          <span class="choice-face">
            {option.preview ? <Preview url={option.preview} /> : null}
            <span class="choice-label" dir="auto">{option.label}</span>
            <span class="choice-mark" aria-hidden="true">
              <Icon name="check" />
            </span>
          </span>
        </label>
      ))}
    </Group>
  );
}

/** Decoration: the label next to it names the option. A broken one is not shown. */
function Preview({ url }: { url: string }) {
  const [broken, setBroken] = useState(false);
  if (broken) return null;
  return <img class="choice-preview" src={url} alt="" onError={() => setBroken(true)} />;
}

/** A choice of any number of options. */
function MultipleChoices({ step, value, problem, onChange }: StepProps) {
  const chosen = Array.isArray(value) ? value : [];
  return (
    <Group step={step} invalid={problem !== null} multiple class="choices list">
      <p class="hint">{words().questions.chooseMany}</p>
      {(step.config?.options ?? []).map((option) => (
        <label key={option.value} class="choice">
          <input
            type="checkbox"
            name={step.id}
            data-testid="option"
            data-value={option.value}
            checked={chosen.includes(option.value)}
            onChange={(event) =>
              onChange(
                event.currentTarget.checked
                  ? [...chosen, option.value]
                  : chosen.filter((one) => one !== option.value),
              )
            }
          />
          <span class="choice-face">
            <span class="choice-label" dir="auto">{option.label}</span>
            <span class="choice-mark square" aria-hidden="true">
              <Icon name="check" />
            </span>
          </span>
        </label>
      ))}
    </Group>
  );
}

export function OpinionScale({ step, value, problem, onChange }: StepProps) {
  const { scaleMin = 1, scaleMax = 5, minLabel, maxLabel } = step.config ?? {};
  const points = Array.from({ length: scaleMax - scaleMin + 1 }, (_, index) => scaleMin + index);
  return (
    <div class="scale">
      <Group step={step} invalid={problem !== null} class={`points points-${points.length}`}>
        {points.map((point) => (
          <label key={point} class="point">
            <input
              type="radio"
              name={step.id}
              data-testid="option"
              data-value={point}
              aria-label={formatted(point) + endName(point, step)}
              checked={value === point}
              onChange={() => onChange(point)}
            />
            <span class="point-face" aria-hidden="true">
              {formatted(point)}
            </span>
          </label>
        ))}
      </Group>
      {minLabel || maxLabel ? (
        <div class="scale-ends" aria-hidden="true">
          <span dir="auto">{minLabel}</span>
          <span dir="auto">{maxLabel}</span>
        </div>
      ) : null}
    </div>
  );
}

/** “, a lot” for the last point of a scale that ends there. */
function endName(point: number, { config = {} }: Step): string {
  if (point === (config.scaleMin ?? 1) && config.minLabel) return `, ${config.minLabel}`;
  if (point === (config.scaleMax ?? 5) && config.maxLabel) return `, ${config.maxLabel}`;
  return "";
}

interface GroupProps {
  step: Step;
  invalid: boolean;
  multiple?: boolean;
  class: string;
  children: ComponentChildren;
}

function Group({ step, invalid, multiple = false, class: name, children }: GroupProps) {
  // In ARIA a group of radio buttons can be invalid or required, a group of checkboxes cannot.
  const states = multiple
    ? {}
    : {
        role: "radiogroup" as const,
        "aria-invalid": invalid,
        "aria-required": problemWith(step, undefined) !== null,
      };
  return (
    <fieldset class={name} aria-labelledby={HEADING} aria-describedby="answer-error" {...states}>
      {children}
    </fieldset>
  );
}

/** `pencil-booth` as “Pencil booth”: the name of an experience that the welcome does not offer. */
function readable(id: string): string {
  const words = id.replace(/[-_]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
