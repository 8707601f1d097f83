import type { ComponentChildren } from "preact";
import type { AnswerProblem } from "../model/answers.ts";
import type { Play } from "../model/play.ts";
import type { Step, Value, Venue } from "../model/types.ts";

/** What the renderer of a step type gets. */
export interface StepProps {
  venue: Venue;
  play: Play;
  step: Step;
  /** The answer so far, of a step that asks for a value. */
  value: Value | undefined;
  /** What is wrong with the answer, or null. */
  problem: AnswerProblem | null;
  onChange(value: Value): void;
}

export type StepRenderer = (props: StepProps) => ComponentChildren;
