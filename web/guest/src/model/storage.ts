/** The browser's storage, or a memory of the same shape where it may not be used. */

import type { Store } from "./outbox.ts";

class Memory implements Store {
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

function usable(kind: "localStorage" | "sessionStorage"): Store {
  try {
    const found = globalThis[kind];
    found.setItem("guest-page:probe", "1");
    found.removeItem("guest-page:probe");
    return found;
  } catch {
    return memory;
  }
}

export function store(): Store {
  return usable("localStorage");
}

const entryKey = (projectId: string, uid: string) => `guest-page:entry:${projectId}:${uid}`;

/** The version of the consent that this guest gave here before (`""` where none was asked for). */
export function entry(projectId: string, uid: string): string | null {
  return store().getItem(entryKey(projectId, uid));
}

export function keepEntry(projectId: string, uid: string, consentVersion: string): void {
  store().setItem(entryKey(projectId, uid), consentVersion);
}

const draftKey = (sessionId: string, stepId: string) => `guest-page:draft:${sessionId}:${stepId}`;

/** What was typed into a step and not sent yet: a reload does not lose it either. */
export function draft(sessionId: string, stepId: string): string | null {
  return usable("sessionStorage").getItem(draftKey(sessionId, stepId));
}

export function keepDraft(sessionId: string, stepId: string, text: string | null): void {
  const drafts = usable("sessionStorage");
  if (text === null) drafts.removeItem(draftKey(sessionId, stepId));
  else drafts.setItem(draftKey(sessionId, stepId), text);
}
