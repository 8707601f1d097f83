/** How each step type is shown, below the title and description that every step has. */

import type { StepType } from "../model/step-types.ts";
import { Capture } from "./capture.tsx";
import { Processing } from "./processing.tsx";
import type { StepRenderer } from "./props.ts";
import {
  EmailField,
  ExperiencePicker,
  MultipleChoice,
  OpinionScale,
  TextArea,
  TextField,
  YesNo,
} from "./questions.tsx";
import { Reward } from "./reward.tsx";

/** Null: a title, a description and media are all that the step has. */
export const RENDERERS = {
  info: null,
  "experience-picker": ExperiencePicker,
  capture: Capture,
  short_text: TextField,
  long_text: TextArea,
  multiple_choice: MultipleChoice,
  yes_no: YesNo,
  opinion_scale: OpinionScale,
  email: EmailField,
  processing: Processing,
  reward: Reward,
} satisfies Record<StepType, StepRenderer | null>;

/** Those whose title follows the picture: none says “Here you are” above one that has failed. */
const OWN_HEAD: readonly string[] = ["processing", "reward"] satisfies StepType[];

export function hasOwnHead(type: string): boolean {
  return OWN_HEAD.includes(type);
}

/** The renderer of a type, known or not. */
export function rendererOf(type: string): StepRenderer | null {
  return Object.hasOwn(RENDERERS, type) ? RENDERERS[type as StepType] : null;
}
