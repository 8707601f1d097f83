/** Navigation between phases, and the state of an entry in the browser's history. */

import { inSameKiosk, isKiosk } from "./kiosk/mode.ts";
import { inSameLanguage } from "./locale.ts";
import { addressOf, parseRoute, type Route } from "./routes.ts";
import type { NextPhase } from "./types.ts";

export interface EntryState {
  /** The `requestId` of the phase's session, by which a reload finds it, even one that has ended. */
  sessionRequestId?: string;
  /** The step that is shown, once the session is completed. */
  shown?: number;
  /** Whether the page was reloaded because a part of it was gone. */
  reloaded?: boolean;
}

const listeners = new Set<() => void>();

export function currentRoute(): Route {
  return parseRoute(location.pathname, location.search);
}

export function entryState(): EntryState {
  const state: unknown = history.state;
  return typeof state === "object" && state !== null ? state : {};
}

export function keepInEntry(more: EntryState): void {
  history.replaceState({ ...entryState(), ...more }, "");
}

/** The `requestId` for this history entry's session, made on first use. */
export function sessionRequestId(): string {
  const known = entryState().sessionRequestId;
  if (known !== undefined) return known;
  const made = newRequestId();
  keepInEntry({ sessionRequestId: made });
  return made;
}

/** Start this phase again with a new session. */
export function startAgain(): void {
  history.replaceState({ sessionRequestId: newRequestId() }, "");
  notify();
}

/** Go to the phase that the server named. */
export function goTo(projectId: string, next: NextPhase): void {
  const address = inSameVisit(addressOf(projectId, next));
  const state = { sessionRequestId: newRequestId() };
  // At a kiosk no entry is left to which the next visitor could go back.
  if (next.replace || isKiosk()) history.replaceState(state, "", address);
  else history.pushState(state, "", address);
  window.scrollTo(0, 0);
  notify();
}

/** The address of a project's welcome. */
export function entranceOf(projectId: string): string {
  return inSameVisit(`/${projectId}`);
}

/** An address with what stays through a visit: its language, and that this is a kiosk. */
function inSameVisit(address: string): string {
  return inSameKiosk(inSameLanguage(address, location.search), location.search);
}

export function goToWelcome(projectId: string): void {
  history.replaceState({}, "", entranceOf(projectId));
  window.scrollTo(0, 0);
  notify();
}

/** Forget which step of a completed session was shown. */
export function clearEntry(): void {
  history.replaceState({}, "");
  window.scrollTo(0, 0);
}

export function onRouteChange(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("popstate", listener);
  };
}

function notify(): void {
  for (const listener of listeners) listener();
}

export function newRequestId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
