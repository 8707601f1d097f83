/** The steps of a session that this page can show. It passes over those of an unknown type. */

import { isKnownType } from "../step-types.ts";
import type { Step } from "../types.ts";

/** The type under which the server shows a step that it does not know itself, or that is gone. */
const UNKNOWN_TO_ALL = "unknown";

export interface ShownSteps {
  steps: Step[];
  /** The index of each of them, and of the end, among all steps of the session. */
  places: number[];
}

export function shownSteps(all: readonly Step[]): ShownSteps {
  const shown = [...all.entries()].filter(([, { type }]) => isKnownType(type));
  return {
    steps: shown.map(([, step]) => step),
    places: [...shown.map(([place]) => place), all.length],
  };
}

/** The index among the steps that are shown, for a place among all: that of the next one that is shown. */
export function shownIndex({ places }: ShownSteps, place: number): number {
  return places.filter((each) => each < place).length;
}

/** The types that the server knows and this page does not. A newer page may know them. */
export function newerTypes(all: readonly Step[]): string[] {
  const unknown = all.map(({ type }) => type).filter((type) => !isKnownType(type));
  return [...new Set(unknown)].filter((type) => type !== UNKNOWN_TO_ALL);
}
