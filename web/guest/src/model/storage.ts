/** The browser's storage, or memory where the browser denies it. */

import type { KeyValueStore } from "./outbox.ts";

class Memory implements KeyValueStore {
  private readonly items = new Map<string, string>();

  get length(): number {
    return this.items.size;
  }

  key(index: number): string | null {
    return [...this.items.keys()][index] ?? null;
  }

  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }

  removeItem(key: string): void {
    this.items.delete(key);
  }
}

const memory = new Memory();

function storageOrMemory(kind: "localStorage" | "sessionStorage"): KeyValueStore {
  try {
    const found = globalThis[kind];
    found.setItem("guest-page:probe", "1");
    found.removeItem("guest-page:probe");
    return found;
  } catch {
    return memory;
  }
}

export function store(): KeyValueStore {
  return storageOrMemory("localStorage");
}

const entryKey = (projectId: string, uid: string) => `guest-page:entry:${projectId}:${uid}`;

/** The version of the consent with which this guest last entered, `""` if none was needed. */
export function entry(projectId: string, uid: string): string | null {
  return store().getItem(entryKey(projectId, uid));
}

export function keepEntry(projectId: string, uid: string, consentVersion: string): void {
  store().setItem(entryKey(projectId, uid), consentVersion);
}

const journeyKey = (eventId: string, uid: string) => `guest-page:journey:${eventId}:${uid}`;

/** The `requestId` with which this guest began their session of an event, or null. */
export function journeyRequestId(eventId: string, uid: string): string | null {
  return store().getItem(journeyKey(eventId, uid));
}

export function keepJourneyRequestId(eventId: string, uid: string, requestId: string): void {
  store().setItem(journeyKey(eventId, uid), requestId);
}

const draftKey = (sessionId: string, stepId: string) => `guest-page:draft:${sessionId}:${stepId}`;

/** A text typed into a step and not submitted yet, so that a reload does not lose it. */
export function draft(sessionId: string, stepId: string): string | null {
  return storageOrMemory("sessionStorage").getItem(draftKey(sessionId, stepId));
}

export function keepDraft(sessionId: string, stepId: string, text: string | null): void {
  const drafts = storageOrMemory("sessionStorage");
  if (text === null) drafts.removeItem(draftKey(sessionId, stepId));
  else drafts.setItem(draftKey(sessionId, stepId), text);
}

const OFFERED = "guest-page:newer-types";

/** Of these types of steps, those for which no newer page was offered in this tab yet. */
export function typesToOffer(types: string[]): string[] {
  const offered = storageOrMemory("sessionStorage").getItem(OFFERED)?.split(" ") ?? [];
  return types.filter((type) => !offered.includes(type));
}

export function keepOffered(types: string[]): void {
  const kept = storageOrMemory("sessionStorage");
  kept.setItem(OFFERED, [...(kept.getItem(OFFERED)?.split(" ") ?? []), ...types].join(" "));
}

/** Whether a guest has entered a project with this browser, and was not forgotten. */
export function isKnownGuest(): boolean {
  const kept = store();
  const keys = Array.from({ length: kept.length }, (_, index) => kept.key(index));
  return keys.some((key) => key?.startsWith("guest-page:entry:"));
}

/** Forget all that this page keeps: entries, drafts, and answers that were not sent. */
export function forget(): void {
  for (const kept of [store(), storageOrMemory("sessionStorage")]) {
    const keys = Array.from({ length: kept.length }, (_, index) => kept.key(index));
    for (const key of keys) if (key?.startsWith("guest-page:")) kept.removeItem(key);
  }
}
