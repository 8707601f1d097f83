/** An event's session in the terms in which every session is played: pure, without calls. */

import { firstClosingStep } from "../answers.ts";
import type {
  CameraSettings,
  EventSessionView,
  ExperienceView,
  JourneySession,
  PlayedSession,
  Step,
  StepInput,
  Value,
} from "../types.ts";
import { shownIndex, shownSteps } from "./shown-steps.ts";

const SELECTED_EXPERIENCE = "selected_experience_id";

/** What is played in an event without a journey. Its calls name no step. */
const PHOTO_ALONE: Step[] = [
  { id: "photo", type: "capture" },
  { id: "wait", type: "processing" },
  { id: "reward", type: "reward" },
];

export interface Journey {
  /** The steps that this page can show. It passes over those that are unknown or gone. */
  steps: Step[];
  /** The index of each step, and of the end, in the session's `stepOrder`; null without one. */
  places: number[] | null;
  /** The index of the step at which the picture is asked for. */
  closing: number;
}

export function journeyOf({ session, journey, steps }: JourneySession): Journey {
  // A guest who began before the journey was removed goes on through its steps.
  if (!session.journeyId || (journey === null && steps.length === 0)) {
    return { steps: PHOTO_ALONE, places: null, closing: firstClosingStep(PHOTO_ALONE) };
  }
  const shown = shownSteps(steps as unknown as Step[]);
  return { ...shown, closing: firstClosingStep(shown.steps) };
}

/** The step that the guest is at, by its index among those that are shown; their number at the end. */
export function indexOf(journey: Journey, session: EventSessionView): number {
  const { places, steps } = journey;
  if (places === null) return session.state === "created" ? 0 : journey.closing;
  return shownIndex({ places, steps }, session.currentStepIndex ?? 0);
}

/** Whether nothing is left to ask of the guest. */
export function isCompleted(journey: Journey, session: EventSessionView): boolean {
  const asksForPicture = session.state === "created" || session.state === "captured";
  return !asksForPicture || indexOf(journey, session) >= journey.closing;
}

export function playedSession(journey: Journey, session: EventSessionView): PlayedSession {
  return {
    id: session.id,
    phase: "main",
    status: isCompleted(journey, session) ? "completed" : "active",
    currentStepIndex: indexOf(journey, session),
    answers: journey.steps.flatMap((step) => {
      const value = valueOf(step, session);
      return value === undefined ? [] : [{ stepId: step.id, value }];
    }),
    capturedMedia: journey.steps.flatMap(({ id: stepId }) => {
      const input = inputAt(session, stepId);
      return input && "url" in input ? [{ stepId, url: input.url, contentType: null }] : [];
    }),
    updatedAt: session.updatedAt,
  };
}

/** What the guest has answered to a step, as its renderer takes it. */
export function valueOf(step: Step, session: EventSessionView): Value | undefined {
  if (step.type === "experience-picker" && !ownVariable(step)) return selectedIn(session);
  const input = inputAt(session, step.id);
  if (input === undefined || "url" in input) return undefined;
  if ("selectedId" in input) return input.selectedId;
  return "selectedIds" in input ? input.selectedIds : input.value;
}

/** An answer as a journey keeps it. */
export function inputOf(step: Step, value: Value): StepInput {
  if (Array.isArray(value)) return { type: "selections", selectedIds: value };
  if (typeof value === "boolean") return { type: "boolean", value };
  if (typeof value === "number") return { type: "number", value };
  if (step.type === "multiple_choice" || step.type === "experience-picker") {
    return { type: "selection", selectedId: value };
  }
  return { type: "text", value };
}

/** The experience that the guest has chosen, or that makes their picture without a choice. */
export function experienceOf(
  { experiences, steps }: JourneySession,
  session: EventSessionView,
  chosen: string | null,
): ExperienceView | undefined {
  const capture = (steps as unknown as Step[]).find((step) => step.type === "capture");
  const id = selectedIn(session) ?? chosen ?? capture?.config?.fallbackExperienceId;
  return experiences.find((each) => each.id === id);
}

/** Whether its guest may expect a picture. Before they have chosen, one that makes it is enough. */
export function makesPicture(
  view: JourneySession,
  session: EventSessionView,
  chosen: string | null,
): boolean {
  if (!journeyOf(view).steps.some(({ type }) => type === "capture")) return false;
  const experience = experienceOf(view, session, chosen);
  if (experience) return experience.makesPicture;
  return view.experiences.length === 0 || view.experiences.some((each) => each.makesPicture);
}

/** How the photo is taken for that experience. */
export function cameraFor(
  view: JourneySession,
  session: EventSessionView,
  chosen: string | null,
): CameraSettings | null {
  const config = experienceOf(view, session, chosen)?.captureConfig;
  if (!config) return null;
  const isBack = ["environment", "back", "rear"].includes(config.cameraFacing);
  return { facing: isBack ? "environment" : "user", countdownSeconds: config.countdown };
}

function ownVariable(step: Step): boolean {
  return (step.config?.variable ?? SELECTED_EXPERIENCE) !== SELECTED_EXPERIENCE;
}

function selectedIn(session: EventSessionView): string | undefined {
  const selected = session.data?.[SELECTED_EXPERIENCE];
  return typeof selected === "string" ? selected : undefined;
}

function inputAt(session: EventSessionView, stepId: string): StepInput | undefined {
  const input = session.data?.[stepId];
  return typeof input === "object" && input !== null ? (input as StepInput) : undefined;
}
