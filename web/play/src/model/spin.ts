/** The wheel's motion: it gathers speed, turns while the page asks, and lands on a segment. */

import type { Segment } from "./campaign.ts";
import type { Outcome } from "./machine.ts";

/** Degrees per second while the wheel turns evenly. */
export const SPEED = 540;
export const START_MS = 700;
export const TURN_MS = (360 / SPEED) * 1000;
const MIN_LANDING_TURN = 560;
/** Half of a segment that the pointer stays within, so that no result looks like a near miss. */
const WITHIN = 0.36;

/** What these Bézier curves are exactly: t², and 1 − (1 − t)³. */
export const EASE_START = "cubic-bezier(0.3333333, 0, 0.6666667, 0.3333333)";
export const EASE_LANDING = "cubic-bezier(0.3333333, 1, 0.6666667, 1)";

/** How far the wheel turns while it gathers speed. */
export const START_TURN = (SPEED * START_MS) / 2000;

export interface Landing {
  from: number;
  to: number;
  durationMs: number;
}

/**
 * The index of the segment on which an outcome lands. If its own is not on the wheel any more, one
 * that wins the same, or −1.
 */
export function indexOf(
  segments: readonly Segment[],
  { segmentId, prize }: Pick<Outcome, "segmentId" | "prize">,
): number {
  const index = segments.findIndex(({ id }) => id === segmentId);
  const won = prize?.name ?? null;
  return index < 0 ? segments.findIndex((each) => each.prize === won) : index;
}

/** The middle of a segment, clockwise from the top of a wheel that is not turned. */
export function middleOf(index: number, count: number): number {
  return (index * 360) / count;
}

/** The segment below the pointer of a wheel that is turned by this angle. */
export function segmentAt(angle: number, count: number): number {
  const width = 360 / count;
  return Math.floor(positive(width / 2 - angle) / width) % count;
}

/** The turned wheel's angle at which the segment is below the pointer. `offset`: −1 to 1. */
export function restingAngle(index: number, count: number, offset: number): number {
  return positive(offset * WITHIN * (360 / count) - middleOf(index, count));
}

/** From an even turn to rest, without a jump of the speed. */
export function landing(from: number, index: number, count: number, offset: number): Landing {
  const earliest = from + MIN_LANDING_TURN;
  const to = earliest + positive(restingAngle(index, count, offset) - earliest);
  return { from, to, durationMs: ((3 * (to - from)) / SPEED) * 1000 };
}

/** Where a landing wheel is after this time. */
export function angleOf({ from, to, durationMs }: Landing, elapsedMs: number): number {
  const part = Math.min(1, Math.max(0, elapsedMs / durationMs));
  return from + (to - from) * (1 - (1 - part) ** 3);
}

/** The same angle from 0 to 360. */
export function positive(angle: number): number {
  return ((angle % 360) + 360) % 360;
}
