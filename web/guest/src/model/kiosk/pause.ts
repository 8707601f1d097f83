/** Whether a kiosk's visitor is still there: from what they touched, to a time. Pure. */

export type Presence =
  /** Nobody has touched anything since the last visitor left. */
  | { phase: "nobody" }
  | { phase: "present" }
  /** The visitor is asked whether they are still there. */
  | { phase: "warning"; secondsLeft: number }
  | { phase: "over" };

export interface Pause {
  pauseMs: number;
  /** When the visitor touched anything last, null before they did. */
  touchedAt: number | null;
  /** Whether something goes on that needs no touch: the camera, an upload, the picture. */
  isHeld: boolean;
  /** When that ended last. */
  heldUntil: number | null;
}

export const WARNING_MS = 10_000;
/** Who has left while something went on would hold up the next visitor for as long as it takes. */
export const MAX_HELD_MS = 120_000;

export function newPause(pauseMs: number, touchedAt: number | null = null): Pause {
  return { pauseMs, touchedAt, isHeld: false, heldUntil: null };
}

export function withTouch(pause: Pause, now: number): Pause {
  return { ...pause, touchedAt: now };
}

export function withHeld(pause: Pause, isHeld: boolean, now: number): Pause {
  if (isHeld === pause.isHeld) return pause;
  return { ...pause, isHeld, heldUntil: isHeld ? pause.heldUntil : now };
}

/** The time from which the visitor's silence counts, or null if nobody is there. */
export function silentSince({ touchedAt, isHeld, heldUntil }: Pause, now: number): number | null {
  if (touchedAt === null) return null;
  const held = isHeld ? now : (heldUntil ?? touchedAt);
  return Math.max(touchedAt, Math.min(held, touchedAt + MAX_HELD_MS));
}

export function presenceAt(pause: Pause, now: number): Presence {
  const since = silentSince(pause, now);
  if (since === null) return { phase: "nobody" };
  const left = since + pause.pauseMs - now;
  if (left <= 0) return { phase: "over" };
  if (left <= WARNING_MS) return { phase: "warning", secondsLeft: Math.ceil(left / 1000) };
  return { phase: "present" };
}
