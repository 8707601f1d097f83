/** What a step accepts as an answer: the server's rules, checked before it has to refuse. */

import { askedBy, asksForValue } from "./step-types.ts";
import type { Step, Value } from "./types.ts";

const EMAIL =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[^\s@.]+(\.[^\s@.]+)+$/;

export function isRequired(step: Step): boolean {
  if (step.type === "capture" || step.type === "experience-picker") return true;
  return asksForValue(step) && step.config?.required === true;
}

export function isBlank(value: Value | undefined): boolean {
  if (value === undefined) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "string" && value.trim() === "";
}

/** The length of a text as the server counts it: by code points, not by UTF-16's units. */
export function lengthOf(text: string): number {
  return [...text].length;
}

/** What is wrong with an answer. */
export interface AnswerProblem {
  /** `needed`: the server misses it. `rejected`: the server does not accept it. */
  reason: "choose" | "fill" | "tooLong" | "email" | "needed" | "rejected";
  /** In characters, of a text that is too long. */
  maxLength?: number;
}

/** What is wrong with an answer, or null. */
export function problemWith(step: Step, value: Value | undefined): AnswerProblem | null {
  if (isBlank(value)) {
    if (!isRequired(step)) return null;
    return { reason: askedBy(step) === "choice" ? "choose" : "fill" };
  }
  const text = typeof value === "string" ? value : "";
  const maxLength = step.config?.maxLength;
  if (maxLength !== undefined && lengthOf(text) > maxLength) return { reason: "tooLong", maxLength };
  if (step.type === "email" && !(EMAIL.test(text.trim()) && text.trim().length <= 254)) {
    return { reason: "email" };
  }
  return null;
}

/** The value to send: none if it has not changed, and none for a blank that was never an answer. */
export function valueToSend(value: Value | undefined, known: Value | undefined): Value | undefined {
  if (value === undefined || same(value, known)) return undefined;
  if (isBlank(value) && known === undefined) return undefined;
  return value;
}

export function same(one: Value | undefined, other: Value | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * The index of the first closing step: the first `processing` or `reward` after the last step that
 * asks for something. A guest who reaches it has completed a main session, so that the picture is
 * made while they see the closing steps.
 */
export function firstClosingStep(steps: Step[]): number {
  const last = steps.findLastIndex((step) => askedBy(step) !== "nothing");
  const isClosing = (step: Step, index: number) =>
    index > last && (step.type === "processing" || step.type === "reward");
  const first = steps.findIndex(isClosing);
  return first < 0 ? steps.length : first;
}
