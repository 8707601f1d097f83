/** What a step takes for an answer: the server's rules, told before it has to refuse. */

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

/** What is wrong with an answer, or null. */
export function problemWith(step: Step, value: Value | undefined): string | null {
  if (isBlank(value)) {
    if (!isRequired(step)) return null;
    return askedBy(step) === "choice" ? "Please choose an answer." : "Please fill this in.";
  }
  const text = typeof value === "string" ? value : "";
  const longest = step.config?.maxLength;
  if (longest !== undefined && [...text].length > longest) {
    return `Please use at most ${longest} characters.`;
  }
  if (step.type === "email" && !(EMAIL.test(text.trim()) && text.trim().length <= 254)) {
    return "Please write an address like name@example.com.";
  }
  return null;
}

/** What to send for a step: nothing if nothing changed, and nothing for what was never answered. */
export function toSend(value: Value | undefined, known: Value | undefined): Value | undefined {
  if (value === undefined || same(value, known)) return undefined;
  if (isBlank(value) && known === undefined) return undefined;
  return value;
}

export function same(one: Value | undefined, other: Value | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * Where the last stretch begins that only shows something, from the first `processing` or `reward`
 * on. There a main session is complete, and its picture can be made while the guest looks on.
 */
export function showBegins(steps: Step[]): number {
  const last = steps.findLastIndex((step) => askedBy(step) !== "nothing");
  const shows = (step: Step, index: number) =>
    index > last && (step.type === "processing" || step.type === "reward");
  const begin = steps.findIndex(shows);
  return begin < 0 ? steps.length : begin;
}
