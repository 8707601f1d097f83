/** Forgetting a kiosk's visitor, and whether one was left behind. */

import { store } from "../storage.ts";
import type { Found } from "./left-behind.ts";

const PREFIX = "guest-page:kiosk:";
/** Since when the visitor is silent, for a page that is loaded in the middle of a visit. */
const SILENT = `${PREFIX}silent`;
/** Where the next visitor begins. */
const HOME = `${PREFIX}home`;
/** That the next document of this tab continues its visit. A tab that crashed has not said so. */
const CONTINUES = `${PREFIX}continues`;
/** Held by each tab of a kiosk for as long as its document lives. */
const LIVING = `${PREFIX}living`;
/** How many visits have ended here. It alone outlives them. */
const ENDED = `${PREFIX}ended`;
/** What only a visitor leaves. */
const OF_VISITORS = ["entry", "journey", "outbox"].map((name) => `guest-page:${name}:`);
/** The databases of a browser that does not list them. */
const DATABASES = ["guest-page", "firebaseLocalStorageDb", "firebase-heartbeat-database"];

/** Keep since when the visitor is silent; null if nobody is there. */
export function keepSilence(since: number | null): void {
  if (since === null) store().removeItem(SILENT);
  else store().setItem(SILENT, String(since));
}

/** Since when the visitor of this page load is silent, or null if it is a new one's. */
export function silence(): number | null {
  const kept = store().getItem(SILENT);
  return kept === null ? null : Number(kept);
}

const visitsEnded = () => Number(store().getItem(ENDED) ?? 0);

/** After how many others this document's visit came. */
let endedBefore: number | null = null;

/** Let this document, once, belong to the visit that goes on, or to the next one. */
export function joinVisit(): void {
  endedBefore ??= visitsEnded();
}

/** Whether this document's visit has ended in another tab. */
export function hasEnded(): boolean {
  return endedBefore !== null && visitsEnded() !== endedBefore;
}

/**
 * Whether this document's visit has to be forgotten: true once, in the first tab that asks. From then on
 * nobody is there, and whatever is found is of one who has left, should this tab not come to its end.
 */
export function claimEnd(): boolean {
  if (hasEnded()) return false;
  store().setItem(ENDED, String(visitsEnded() + 1));
  keepSilence(null);
  return true;
}

/** What the browser has of a visit, as this document finds it when it opens. */
export async function found(): Promise<Found> {
  return {
    silentSince: silence(),
    hasTraces: Object.keys(localStorage).some((key) => OF_VISITORS.some((name) => key.startsWith(name))),
    isContinued: isLiving || sessionStorage.getItem(CONTINUES) !== null,
    hasOthers: await hasOtherTabs(),
  };
}

let isLiving = false;

/** Let other tabs see that this one lives, and the next document of it that it continues. */
export function live(): void {
  if (isLiving) return;
  isLiving = true;
  // A tab that is duplicated from now on has no such mark, and a crash leaves none.
  sessionStorage.removeItem(CONTINUES);
  addEventListener("pagehide", () => sessionStorage.setItem(CONTINUES, "1"));
  addEventListener("pageshow", () => sessionStorage.removeItem(CONTINUES));
  void navigator.locks?.request(LIVING, { mode: "shared" }, () => new Promise(() => {})).catch(() => {});
}

/** Whether another tab of this kiosk lives; null where the browser does not say. */
async function hasOtherTabs(): Promise<boolean | null> {
  if (isLiving) return null;
  const locks = await navigator.locks?.query().catch(() => null);
  return locks ? (locks.held ?? []).some(({ name }) => name === LIVING) : null;
}

/** The address at which visits begin, with the language that the operator has opened it in. */
export function home(entrance: string): string {
  const kept = sessionStorage.getItem(HOME);
  if (kept !== null) return kept;
  sessionStorage.setItem(HOME, entrance);
  return entrance;
}

/** Forget everything that this origin keeps, of all its pages. The page's own files stay. */
export async function forgetAll(): Promise<void> {
  const ended = visitsEnded();
  localStorage.clear();
  sessionStorage.clear();
  store().setItem(ENDED, String(ended));
  const listed = await indexedDB.databases?.().catch(() => null);
  const names = listed?.flatMap(({ name }) => name ?? []) ?? DATABASES;
  await Promise.allSettled(names.map(emptied));
}

/** Empty each store. Deleting a database would wait for whoever has it open, as the SDK does. */
async function emptied(name: string): Promise<void> {
  const opening = indexedDB.open(name);
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
    // It does not exist, and is not made for this.
    opening.onupgradeneeded = () => opening.transaction?.abort();
  });
  const stores = [...database.objectStoreNames];
  if (stores.length > 0) {
    const transaction = database.transaction(stores, "readwrite");
    for (const store of stores) transaction.objectStore(store).clear();
    await new Promise<void>((resolve) => {
      transaction.oncomplete = transaction.onabort = () => resolve();
    });
  }
  database.close();
}
