/**
 * Answers that the server does not have yet. The browser keeps them until it does, so that neither
 * a dead network nor a reload loses one. Each step has a key of its own: the tabs of a browser share
 * what is pending, and a newer answer replaces an older one.
 */

import { type Refusal, refusalOf } from "./refusals.ts";
import type { PlayedSession, Value } from "./types.ts";

/** The part of `Storage` that is used. */
export interface KeyValueStore {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface Answer {
  stepId: string;
  value: Value;
}

export interface Progress {
  answers: Answer[];
  currentStepIndex?: number;
}

export type Saving = "saved" | "saving" | "offline";

const PREFIX = "guest-page:outbox:";
const INDEX = "@index"; // no step has such an id
const MIN_WAIT_MS = 500;
const MAX_WAIT_MS = 15_000;
/** Refusals after which a session takes nothing more. */
export const SESSION_ENDINGS = new Set([
  ...["session_not_active", "session_not_found", "guest_not_found"],
  ...["event_not_live", "event_not_found"],
]);

/** The answers and the step index of one session that are still to be sent, as they are stored. */
export class PendingProgress {
  private readonly prefix: string;

  constructor(
    private readonly store: KeyValueStore,
    scope: string,
    readonly sessionId: string,
  ) {
    this.prefix = `${PREFIX}${scope}:${sessionId}:`;
  }

  setAnswer(stepId: string, value: Value): void {
    this.put(stepId, value);
  }

  setIndex(index: number): void {
    this.put(INDEX, index);
  }

  get isEmpty(): boolean {
    return this.keys().length === 0;
  }

  /** What is pending now, and `forget`, which removes exactly that and no answer given since. */
  read(): { progress: Progress; forget: () => void } {
    const progress: Progress = { answers: [] };
    const entries: [string, string][] = [];
    for (const key of this.keys()) {
      const raw = this.store.getItem(key);
      if (raw === null) continue;
      entries.push([key, raw]);
      const { value } = JSON.parse(raw) as { value: Value };
      const name = key.slice(this.prefix.length);
      if (name === INDEX) progress.currentStepIndex = value as number;
      else progress.answers.push({ stepId: name, value });
    }
    const forget = () => {
      for (const [key, raw] of entries) {
        if (this.store.getItem(key) === raw) this.store.removeItem(key);
      }
    };
    return { progress, forget };
  }

  drop(stepId: string): void {
    this.store.removeItem(this.prefix + stepId);
  }

  dropIndex(): void {
    this.drop(INDEX);
  }

  clear(): void {
    for (const key of this.keys()) this.store.removeItem(key);
  }

  private put(name: string, value: Value): void {
    const raw = JSON.stringify({ value, id: Math.random().toString(36).slice(2) });
    this.store.setItem(this.prefix + name, raw);
  }

  private keys(): string[] {
    const keys: string[] = [];
    for (let i = 0; i < this.store.length; i++) {
      const key = this.store.key(i);
      if (key?.startsWith(this.prefix)) keys.push(key);
    }
    return keys.sort();
  }
}

/** The sessions of which something is pending, of whatever project or event. */
export function pendingSessions(store: KeyValueStore): { scope: string; sessionId: string }[] {
  const found = new Map<string, { scope: string; sessionId: string }>();
  for (let i = 0; i < store.length; i++) {
    const key = store.key(i);
    if (!key?.startsWith(PREFIX)) continue;
    const parts = key.slice(PREFIX.length).split(":").slice(0, -1);
    const sessionId = parts.pop() ?? "";
    found.set(parts.concat(sessionId).join(":"), { scope: parts.join(":"), sessionId });
  }
  return [...found.values()];
}

/** The answers that a refusal names. What it says of them is for developers. */
export function refusedAnswers(refusal: Refusal, sent: Progress): Answer[] {
  const indexes = refusal.issues.map(({ path }) => /^answers\[(\d+)\]/.exec(path)?.[1]);
  const named = new Set(indexes.filter((index) => index !== undefined).map(Number));
  return sent.answers.filter((_, index) => named.has(index));
}

export interface OutboxListener {
  onSaving(saving: Saving): void;
  onSaved(session: PlayedSession): void;
  /** The server has rejected this answer: the step must be answered again. */
  onRefused(answer: Answer): void;
  /** The session accepts no more answers. */
  onEnded(refusal: Refusal): void;
}

type Send = (progress: Progress) => Promise<PlayedSession>;
type Timer = ReturnType<typeof setTimeout>;

/** Do the work in one tab of this browser at a time, where the browser has locks. */
export function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = (globalThis as { navigator?: Navigator }).navigator?.locks;
  return locks ? (locks.request(name, work) as Promise<T>) : work();
}

/** Sends what is pending until the server has it, with growing pauses after failures. */
export class Outbox {
  private failures = 0;
  private timer: Timer | null = null;
  private running: Promise<void> | null = null;
  private flushAgain = false;
  private closed = false;
  private reported: Saving = "saved";

  constructor(
    readonly pending: PendingProgress,
    private readonly send: Send,
    private readonly listener: OutboxListener,
  ) {}

  /** Send what is pending now, without waiting for the end of a pause. */
  flush(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.flushAgain = this.running !== null;
    this.running ??= this.run().finally(() => {
      this.running = null;
      if (this.flushAgain && !this.closed) void this.flush();
    });
    return this.running;
  }

  close(): void {
    this.closed = true;
    if (this.timer) clearTimeout(this.timer);
  }

  get lockName(): string {
    return `${PREFIX}${this.pending.sessionId}`;
  }

  private async run(): Promise<void> {
    this.flushAgain = false;
    while (!this.closed && !this.pending.isEmpty) {
      if (this.reported !== "offline") this.report("saving");
      if (!(await withLock(this.lockName, () => this.sendOnce()))) return;
    }
    if (!this.closed) this.report("saved");
  }

  /** Whether to continue at once. */
  private async sendOnce(): Promise<boolean> {
    const { progress, forget } = this.pending.read();
    if (progress.answers.length === 0 && progress.currentStepIndex === undefined) return true;
    try {
      const session = await this.send(progress);
      this.failures = 0;
      forget();
      this.listener.onSaved(session);
      return true;
    } catch (error) {
      return this.handleRefusal(refusalOf(error), progress, forget);
    }
  }

  private handleRefusal(refusal: Refusal, sent: Progress, forget: () => void): boolean {
    if (refusal.reason === "invalid_request") {
      const refused = refusedAnswers(refusal, sent);
      for (const answer of refused) {
        this.pending.drop(answer.stepId);
        this.listener.onRefused(answer);
      }
      if (refusal.issues.some(({ path }) => path === "currentStepIndex")) this.pending.dropIndex();
      else if (refused.length === 0) forget();
      return true;
    }
    if (SESSION_ENDINGS.has(refusal.reason)) {
      this.pending.clear();
      this.listener.onEnded(refusal);
      return false;
    }
    this.report("offline");
    const seconds = refusal.retryAfterSeconds;
    const pause = Math.min(MIN_WAIT_MS * 2 ** this.failures++, MAX_WAIT_MS);
    const wait = seconds === null ? pause * (0.5 + Math.random() / 2) : seconds * 1000;
    if (!this.closed) this.timer = setTimeout(() => void this.flush(), wait);
    return false;
  }

  private report(saving: Saving): void {
    if (saving === this.reported) return;
    this.reported = saving;
    this.listener.onSaving(saving);
  }
}
