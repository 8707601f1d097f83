/** Whether this page is a kiosk: a device that many visitors use, one after the other. */

import { withSameParameter } from "../routes.ts";

/** `?kiosk` makes a page one, `?kiosk=90` with a pause of its own, `?kiosk=off` makes it none. */
const PARAMETER = "kiosk";
const DEFAULT_PAUSE_SECONDS = 45;
const MIN_PAUSE_SECONDS = 15;
const MAX_PAUSE_SECONDS = 600;

export interface Kiosk {
  pauseMs: number;
}

/** What a project or an event says of its kiosks. */
export type KioskSetting = { pauseSeconds?: number } | null | undefined;

/** The kiosk that the address or the venue's setting asks for, or null. */
export function kioskOf(search: string, setting: KioskSetting): Kiosk | null {
  const asked = new URLSearchParams(search).get(PARAMETER);
  if (asked === "off" || (asked === null && !setting)) return null;
  const own = asked ? Number(asked) : Number.NaN;
  const seconds = Number.isFinite(own) ? own : (setting?.pauseSeconds ?? DEFAULT_PAUSE_SECONDS);
  return { pauseMs: 1000 * Math.min(MAX_PAUSE_SECONDS, Math.max(MIN_PAUSE_SECONDS, seconds)) };
}

/** An address of this site that is a kiosk's if this page's own is. */
export function inSameKiosk(address: string, search: string): string {
  return withSameParameter(PARAMETER, address, search);
}

let current: Kiosk | null = null;

/** Once the venue is known. */
export function setKiosk(kiosk: Kiosk | null): void {
  current = kiosk;
}

/** The kiosk that this page is, or null. */
export function currentKiosk(): Kiosk | null {
  return current;
}

export function isKiosk(): boolean {
  return current !== null;
}

let onEnd: (() => void) | null = null;

/** Listen for visitors who say that they are done. */
export function onVisitEnd(listener: () => void): () => void {
  onEnd = listener;
  return () => {
    if (onEnd === listener) onEnd = null;
  };
}

/** End this visit at a kiosk. */
export function endVisit(): void {
  onEnd?.();
}
