/**
 * What a page was given while there was a network, for when there is none: the config, the project or
 * the event, the session. It lies with everything else that is forgotten, and a day at most.
 */

import { refusalOf } from "./refusals.ts";
import { store } from "./storage.ts";

const PREFIX = "guest-page:kept:";
const MAX_AGE_MS = 24 * 3_600_000;
/** A network that does not answer for so long is taken to be none, where something is kept. */
const MAX_WAIT_MS = 6_000;

interface Kept<T> {
  value: T;
  at: number;
}

export function keep(name: string, value: unknown): void {
  try {
    store().setItem(PREFIX + name, JSON.stringify({ value, at: Date.now() } satisfies Kept<unknown>));
  } catch {
    // Without room for it the page needs the network.
  }
}

function kept<T>(name: string): Kept<T> | null {
  const raw = store().getItem(PREFIX + name);
  const found = raw === null ? null : (JSON.parse(raw) as Kept<T>);
  return found !== null && Date.now() - found.at < MAX_AGE_MS ? found : null;
}

/** Whether the browser knows that there is no network. */
export function isOffline(): boolean {
  return navigator.onLine === false;
}

/** What the network gives, or what it gave before where there is none. Throws `Refusal`. */
export async function orKept<T>(name: string, load: () => Promise<T>): Promise<T> {
  const before = kept<T>(name);
  if (before !== null && isOffline()) return before.value;
  const loading = load().then((value) => {
    keep(name, value);
    return value;
  });
  try {
    return await (before === null ? loading : Promise.race([loading, tooLong()]));
  } catch (error) {
    loading.catch(() => {});
    if (before === null || refusalOf(error).reason !== "offline") throw error;
    return before.value;
  }
}

function tooLong(): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject({ reason: "no_response", isTransient: true }), MAX_WAIT_MS);
  });
}
