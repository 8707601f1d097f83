/** Whether a kiosk's browser has something of a visitor who is gone. Pure. */

export interface Found {
  /** Since when the visitor is silent, or null if nobody has touched anything. */
  silentSince: number | null;
  /** Whether something is kept that only a visitor leaves. */
  hasTraces: boolean;
  /** Whether this document follows another one in its tab, as after a reload. */
  isContinued: boolean;
  /** Whether another tab of this kiosk lives; null where the browser does not say. */
  hasOthers: boolean | null;
}

/** A visit ends with its last tab, as in a crash or a power cut, and after its pause in any case. */
export function isLeftBehind(found: Found, pauseMs: number, now: number): boolean {
  const { silentSince, hasTraces, isContinued, hasOthers } = found;
  if (silentSince === null) return hasTraces;
  if (!isContinued && hasOthers === false) return true;
  return now - silentSince >= pauseMs;
}
