/**
 * Answers on their way. What a guest answers is kept in the browser until the server has it, so that
 * neither a dead network nor a reload loses any. One key for each step: the tabs of a browser share
 * what is kept, and a newer answer replaces an older one.
 */

import { type Refusal, refusalOf } from "./refusals.ts";
import type { Session, Value } from "./types.ts";

/** What of `Storage` is used. */
export interface Store {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface Progress {
  answers: { stepId: string; value: Value }[];
  currentStepIndex?: number;
}

export type Saving = "saved" | "saving" | "offline";

const PREFIX = "guest-page:outbox:";
const INDEX = "@index"; // no step is called so
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

/** What one session has on its way, as it is stored. */
export class Kept {
  private readonly prefix: string;

  constructor(
    private readonly store: Store,
    readonly projectId: string,
    readonly sessionId: string,
  ) {
    this.prefix = `${PREFIX}${projectId}:${sessionId}:`;
  }

  answer(stepId: string, value: Value): void {
    this.put(stepId, value);
  }

  move(index: number): void {
    this.put(INDEX, index);
  }

  get isEmpty(): boolean {
    return this.keys().length === 0;
  }

  /** What is kept now, and what forgets exactly that: not what is answered in the meantime. */
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

/** The answers that a refusal is about, by step, with what is wrong. */
export function refusedAnswers(refusal: Refusal, sent: Progress): Map<string, string> {
  const refused = new Map<string, string>();
  for (const { path, message } of refusal.issues) {
    const index = /^answers\[(\d+)\]/.exec(path)?.[1];
    const answer = index === undefined ? undefined : sent.answers[Number(index)];
    if (answer) refused.set(answer.stepId, message);
  }
  return refused;
}

export interface Listener {
  onSaving(saving: Saving): void;
  onSaved(session: Session): void;
  /** The server does not take this answer: the step has to be answered again. */
  onRefused(stepId: string, message: string): void;
  /** The session takes no answers any more. */
  onEnded(refusal: Refusal): void;
}

type Send = (progress: Progress) => Promise<Session>;
type Timer = ReturnType<typeof setTimeout>;

/** One at a time, among all tabs of this browser, where the browser can arrange that. */
export function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = (globalThis as { navigator?: Navigator }).navigator?.locks;
  return locks ? (locks.request(name, work) as Promise<T>) : work();
}

/** Sends what is kept, again and again with growing pauses, until the server has it. */
export class Outbox {
  private failures = 0;
  private timer: Timer | null = null;
  private running: Promise<void> | null = null;
  private again = false;
  private closed = false;
  private said: Saving = "saved";

  constructor(
    readonly kept: Kept,
    private readonly send: Send,
    private readonly listener: Listener,
  ) {}

  /** Send what is kept now, whatever the pause. */
  flush(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.again = this.running !== null;
    this.running ??= this.run().finally(() => {
      this.running = null;
      if (this.again && !this.closed) void this.flush();
    });
    return this.running;
  }

  close(): void {
    this.closed = true;
    if (this.timer) clearTimeout(this.timer);
  }

  get lockName(): string {
    return `${PREFIX}${this.kept.sessionId}`;
  }

  private async run(): Promise<void> {
    this.again = false;
    while (!this.closed && !this.kept.isEmpty) {
      if (this.said !== "offline") this.say("saving");
      if (!(await exclusively(this.lockName, () => this.sendOnce()))) return;
    }
    if (!this.closed) this.say("saved");
  }

  /** Whether there is a reason to go on at once. */
  private async sendOnce(): Promise<boolean> {
    const { progress, forget } = this.kept.read();
    if (progress.answers.length === 0 && progress.currentStepIndex === undefined) return true;
    try {
      const session = await this.send(progress);
      this.failures = 0;
      forget();
      this.listener.onSaved(session);
      return true;
    } catch (error) {
      return this.meet(refusalOf(error), progress, forget);
    }
  }

  private meet(refusal: Refusal, sent: Progress, forget: () => void): boolean {
    if (refusal.reason === "invalid_request") {
      const refused = refusedAnswers(refusal, sent);
      for (const [stepId, message] of refused) {
        this.kept.drop(stepId);
        this.listener.onRefused(stepId, message);
      }
      if (refusal.issues.some(({ path }) => path === "currentStepIndex")) this.kept.dropIndex();
      else if (refused.size === 0) forget();
      return true;
    }
    const gone = ["session_not_active", "session_not_found", "guest_not_found"];
    if (gone.includes(refusal.reason)) {
      this.kept.clear();
      this.listener.onEnded(refusal);
      return false;
    }
    this.say("offline");
    const seconds = refusal.retryAfterSeconds;
    const pause = Math.min(FIRST_WAIT_MS * 2 ** this.failures++, LONGEST_WAIT_MS);
    const wait = seconds === null ? pause * (0.5 + Math.random() / 2) : seconds * 1000;
    if (!this.closed) this.timer = setTimeout(() => void this.flush(), wait);
    return false;
  }

  private say(saving: Saving): void {
    if (saving === this.said) return;
    this.said = saving;
    this.listener.onSaving(saving);
  }
}
