/** The end of a visit at a kiosk: what is unsent is sent, everything is forgotten, and the page opens anew. */

import { sendUnsent } from "../media/unsent.ts";
import type { Backend } from "../model/backend.ts";
import { currentRoute, entranceOf } from "../model/history.ts";
import { claimEnd, forgetAll, found, hasEnded, home, joinVisit, live } from "../model/kiosk/forget.ts";
import { isLeftBehind } from "../model/kiosk/left-behind.ts";
import type { Kiosk } from "../model/kiosk/mode.ts";
import { Refusal } from "../model/refusals.ts";

const CHANNEL = "guest-page:kiosk";
/** Held by the tab that forgets. */
const FORGETTING = `${CHANNEL}:leaving`;
const TOUCHED_EACH_MS = 1_000;
/** For what is unsent. The next visitor waits no longer. */
const MAX_SENDING_MS = 8_000;
const MAX_FORGETTING_MS = 3_000;
/** For another tab that forgets. */
const MAX_WAITING_MS = 15_000;

type Message = "touched" | "leaving";

/** The other tabs of this kiosk: a touch in one is a touch in all, and a visit ends in all. */
export interface OtherTabs {
  touched(): void;
  onTouched(listener: () => void): void;
  onLeaving(listener: () => void): void;
  close(): void;
}

export function otherTabs(): OtherTabs {
  const channel = new BroadcastChannel(CHANNEL);
  const listeners = new Map<Message, () => void>();
  channel.onmessage = ({ data }: MessageEvent<Message>) => listeners.get(data)?.();
  let toldAt = 0;
  return {
    touched() {
      if (Date.now() - toldAt < TOUCHED_EACH_MS) return;
      toldAt = Date.now();
      channel.postMessage("touched" satisfies Message);
    },
    onTouched: (listener) => listeners.set("touched", listener),
    onLeaving: (listener) => listeners.set("leaving", listener),
    close: () => channel.close(),
  };
}

/**
 * End the visit, in one tab, and open the page for the next visitor in all. Whatever fails or takes
 * long, the visitor is forgotten and the next document shows nothing of them.
 */
export async function leave(
  backend: Backend,
  begin: string,
  onStranded: () => void,
): Promise<void> {
  const channel = new BroadcastChannel(CHANNEL);
  const forget = async () => {
    // A tab that is late would forget the next visitor too.
    if (!claimEnd()) return;
    channel.postMessage("leaving" satisfies Message);
    await within(MAX_SENDING_MS, sendUnsent(backend, Date.now() + MAX_SENDING_MS));
    const { endListeners } = await import("../model/live.ts").catch(() => ({ endListeners: null }));
    await within(MAX_FORGETTING_MS, Promise.allSettled([endListeners?.(), backend.signOut()]));
    await within(MAX_FORGETTING_MS, forgetAll());
  };
  try {
    await within(MAX_WAITING_MS, navigator.locks?.request(FORGETTING, forget) ?? forget());
  } finally {
    if (canOpen()) location.replace(begin);
    else strand(begin, onStranded);
  }
}

/** Whether a new document would be this site's, and not the browser's own error. */
function canOpen(): boolean {
  return navigator.onLine || Boolean(navigator.serviceWorker?.controller);
}

let isStranded = false;

/** Stay, with nothing of the visit, until there is a network to open the page with. */
function strand(begin: string, onStranded: () => void): void {
  isStranded = true;
  history.replaceState({}, "", begin);
  addEventListener("online", () => location.replace(begin));
  onStranded();
}

/** Where visits begin: the address at which this tab began, unless that is in the middle of one. */
export function entrance(): string {
  const route = currentRoute();
  const here = location.pathname + location.search;
  if ("projectId" in route && route.phase !== "welcome") return home(entranceOf(route.projectId));
  return home(here);
}

/** Forget a visitor whom a crash or a power cut left behind, before anything of them is shown. */
export async function leaveLeftBehind(kiosk: Kiosk, backend: Backend): Promise<void> {
  if (isStranded) throw new Refusal("offline", {}, true);
  joinVisit();
  const isOver = hasEnded() || isLeftBehind(await found(), kiosk.pauseMs, Date.now());
  if (!isOver) return live();
  await new Promise<void>((resolve) => void leave(backend, entrance(), resolve)); // or the page opens anew
  throw new Refusal("offline", {}, true);
}

/** Wait for the work, for so long at most. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const enough = new Promise((resolve) => setTimeout(resolve, ms));
  await Promise.race([work.catch(() => {}), enough]);
}
