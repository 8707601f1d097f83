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

/** The renderer of a type, known or not. */
export function rendererOf(type: string): StepRenderer | null {
  return Object.hasOwn(RENDERERS, type) ? RENDERERS[type as StepType] : null;
}
