/** Moving between phases, and what a page of the browser's history remembers. */

import { addressOf, parseRoute, type Route } from "./routes.ts";
import type { NextPhase } from "./types.ts";

export interface Remembered {
  /** The `requestId` of the phase's session, by which a reload finds it, even one that has ended. */
  sessionRequestId?: string;
  /** The step that is shown, once the session is completed. */
  shown?: number;
}

type Listener = () => void;
const listeners = new Set<Listener>();

export function currentRoute(): Route {
  return parseRoute(location.pathname, location.search);
}

export function remembered(): Remembered {
  const state: unknown = history.state;
  return typeof state === "object" && state !== null ? state : {};
}

export function remember(more: Remembered): void {
  history.replaceState({ ...remembered(), ...more }, "");
}

/** The `requestId` for this history entry's session, made on first use. */
export function sessionRequestId(): string {
  const known = remembered().sessionRequestId;
  if (known !== undefined) return known;
  const made = newRequestId();
  remember({ sessionRequestId: made });
  return made;
}

/** Start this phase again with a new session. */
export function startAgain(): void {
  history.replaceState({ sessionRequestId: newRequestId() }, "");
  tell();
}

/** Go where the server leads. */
export function follow(projectId: string, next: NextPhase): void {
  const address = addressOf(projectId, next);
  const state = { sessionRequestId: newRequestId() };
  if (next.replace) history.replaceState(state, "", address);
  else history.pushState(state, "", address);
  window.scrollTo(0, 0);
  tell();
}

export function toWelcome(projectId: string): void {
  history.replaceState({}, "", `/${projectId}`);
  window.scrollTo(0, 0);
  tell();
}

export function onMove(listener: Listener): () => void {
  listeners.add(listener);
  addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("popstate", listener);
  };
}

function tell(): void {
  for (const listener of listeners) listener();
}

function newRequestId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
