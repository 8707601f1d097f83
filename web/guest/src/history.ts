/** Moving between phases, and what a page of the browser's history remembers. */

import { addressOf, parseRoute, type Route } from "./model/routes.ts";
import type { NextPhase } from "./model/types.ts";

export interface Remembered {
  /** One visit of one phase: a reload finds its session by it, even after that ended. */
  visit?: string;
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

/** The visit of this page; a page that was opened by its address begins one. */
export function visitId(): string {
  const known = remembered().visit;
  if (known !== undefined) return known;
  const visit = newVisit();
  remember({ visit });
  return visit;
}

/** Begin this phase anew: the old visit is over. */
export function beginAnew(): void {
  history.replaceState({ visit: newVisit() }, "");
  tell();
}

/** Go where the server leads. */
export function follow(projectId: string, next: NextPhase): void {
  const address = addressOf(projectId, next);
  const state = { visit: newVisit() };
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

function newVisit(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
