/** What each step type asks of a guest. */

import type { Step as KnownStep } from "experience-client";
import type { Step } from "./types.ts";

export type StepType = KnownStep["type"];
export type Asked = "nothing" | "text" | "choice" | "photo";

/** The compiler rejects this table if it lacks a type of the contract or has one more. */
const ASKED = {
  info: "nothing",
  "experience-picker": "choice",
  capture: "photo",
  short_text: "text",
  long_text: "text",
  multiple_choice: "choice",
  yes_no: "choice",
  opinion_scale: "choice",
  email: "text",
  processing: "nothing",
  reward: "nothing",
} satisfies Record<StepType, Asked>;

/** Whether this page was built with the type. A newer server may send other types. */
export function isKnownType(type: string): type is StepType {
  return Object.hasOwn(ASKED, type);
}

export function askedBy(step: Step): Asked {
  return isKnownType(step.type) ? ASKED[step.type] : "nothing";
}

/** Whether the answer is a value. An answer that is a photo is uploaded instead. */
export function asksForValue(step: Step): boolean {
  return ["text", "choice"].includes(askedBy(step));
}
