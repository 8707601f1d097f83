/** One session being played: what a guest answers, where they are, and how it ends. */

import type { Client } from "experience-client";
import { isBlank, isRequired, showBegins, toSend } from "./answers.ts";
import { exclusively, Kept, Outbox, refusedAnswers, type Saving, type Store } from "./outbox.ts";
import { type Refusal, refusalOf } from "./refusals.ts";
import type { NextPhase, Session, SessionWithSteps, Step, Value } from "./types.ts";

/** The calls that a session is played by. */
export type PlayCalls = Pick<Client, "updateSessionProgress" | "completeSession">;

export interface PlayOptions {
  calls: PlayCalls;
  store: Store;
  /** The main experience that was chosen at the welcome, for the way out of a pregate. */
  chosen: string | null;
  /** The step that was shown before a reload, for a session that is completed. */
  shown: number | null;
  /** Lead the guest on. */
  leave(next: NextPhase): void;
  /** Something to show has changed. */
  changed(): void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;

export class Play {
  session: Session;
  readonly steps: Step[];
  index: number;
  saving: Saving = "saved";
  /** Why the session cannot be played any more: its status, or the server's reason. */
  ended: string | null = null;
  /** What is wrong with an answer, by step. */
  readonly refused = new Map<string, string>();
  /** Whether the guest waits for the end of this phase. */
  leaving = false;
  /** The guest is typing: another tab does not move them on. */
  busy = false;

  private readonly kept: Kept;
  private readonly outbox: Outbox;
  private readonly show: number;
  private serverIndex: number;
  private completing: Promise<NextPhase | null> | null = null;
  private wake: (() => void) | null = null;
  private closed = false;

  constructor(
    begun: SessionWithSteps,
    private readonly options: PlayOptions,
  ) {
    this.session = begun.session;
    this.steps = begun.steps;
    this.show = begun.session.phase === "main" ? showBegins(begun.steps) : begun.steps.length;
    this.serverIndex = begun.session.currentStepIndex;
    const { projectId, id: sessionId } = begun.session;
    this.kept = new Kept(options.store, projectId, sessionId);
    this.outbox = new Outbox(
      this.kept,
      (progress) => options.calls.updateSessionProgress({ projectId, sessionId, ...progress }),
      {
        onSaving: (saving) => {
          this.saving = saving;
          options.changed();
        },
        onSaved: (session) => this.take(session),
        onRefused: (stepId, message) => this.refuse(stepId, message),
        onEnded: (refusal) => this.meetEnd(refusal),
      },
    );
    const begin = this.kept.read().progress.currentStepIndex ?? this.serverIndex;
    this.index = this.clamp(this.isActive ? begin : Math.max(options.shown ?? 0, this.show));
  }

  /** Send what an earlier page left behind, and go on where this session stands. */
  start(): void {
    if (this.isActive) {
      void this.outbox.flush();
      if (this.index >= this.show) void this.complete();
    } else if (this.session.status !== "completed") {
      this.end(this.session.status);
    } else {
      this.kept.clear();
      if (this.show >= this.steps.length) void this.finish();
      else void this.complete();
    }
  }

  close(): void {
    this.closed = true;
    this.outbox.close();
    this.wake?.();
  }

  get isActive(): boolean {
    return this.session.status === "active";
  }

  get step(): Step | undefined {
    return this.steps[this.index];
  }

  get canGoBack(): boolean {
    return this.index > 0 && this.isActive && this.index < this.show && !this.leaving;
  }

  get isLast(): boolean {
    return this.index >= this.steps.length - 1;
  }

  /** The answer of a step: what is on its way, else what the server has. */
  answer(stepId: string): Value | undefined {
    const mine = this.kept.read().progress.answers.find((one) => one.stepId === stepId);
    return (mine ?? this.session.answers.find((one) => one.stepId === stepId))?.value;
  }

  /** Keep an answer and go on. Doing it twice at once is doing it once: the step has changed. */
  submit(stepId: string, value: Value | undefined): void {
    if (this.step?.id !== stepId || this.leaving || this.closed) return;
    const sent = toSend(value, this.answer(stepId));
    if (sent !== undefined) this.kept.answer(stepId, sent);
    this.refused.delete(stepId);
    this.busy = false;
    if (this.isLast) {
      void this.finish();
    } else {
      this.go(this.index + 1);
    }
  }

  /** An experience without steps. */
  submitNothing(): void {
    void this.finish();
  }

  back(): void {
    if (this.canGoBack) this.go(this.index - 1);
  }

  /** The connection is back, or somebody looks at the page again. */
  retryNow(): void {
    if (this.closed) return;
    if (!this.kept.isEmpty && this.isActive) void this.outbox.flush();
    this.wake?.();
  }

  /** The session as the server has it, from an answer or a listener; older news is no news. */
  take(session: Session): void {
    if (this.closed || session.updatedAt < this.session.updatedAt) return;
    const before = this.session;
    this.session = session;
    const moved = session.currentStepIndex !== this.serverIndex;
    this.serverIndex = session.currentStepIndex;
    // A move that is still on its way, of this tab or another one, is newer than this news.
    const { currentStepIndex: mine = session.currentStepIndex } = this.kept.read().progress;
    const newest = mine === session.currentStepIndex;
    if (session.status === "completed") {
      if (before.status !== "completed") this.completedElsewhere();
    } else if (session.status !== "active") {
      this.end(session.status);
    } else if (moved && newest && !this.busy && !this.completing) {
      this.index = this.clamp(session.currentStepIndex);
    }
    this.options.changed();
  }

  /** End the phase and lead on, as soon as there is a connection. */
  private async finish(): Promise<void> {
    if (this.leaving) return;
    this.leaving = true;
    this.options.changed();
    const next = await this.complete();
    this.leaving = false;
    if (next && !this.closed) {
      this.close();
      this.options.leave(next);
    } else {
      this.options.changed();
    }
  }

  private go(index: number): void {
    this.index = this.clamp(index);
    if (this.isActive && this.index < this.show) {
      this.kept.move(this.index);
      void this.outbox.flush();
    } else if (this.isActive) {
      this.kept.move(this.index);
      void this.complete();
    }
    this.options.changed();
  }

  /** Complete the session, once for all who ask: answers where to go, or null if it cannot be. */
  private complete(): Promise<NextPhase | null> {
    this.completing ??= this.completeUntilDone().then((next) => {
      if (next === null) this.completing = null;
      return next;
    });
    return this.completing;
  }

  private async completeUntilDone(): Promise<NextPhase | null> {
    for (let failures = 0; !this.closed && this.ended === null; failures++) {
      const refusal = await exclusively(this.outbox.lockName, () => this.completeOnce());
      if (!(refusal instanceof Error)) return refusal;
      if (!refusal.passes) return this.meetRefusal(refusal);
      this.saving = "offline";
      this.options.changed();
      await this.pause(failures, refusal);
    }
    return null;
  }

  private async completeOnce(): Promise<NextPhase | Refusal> {
    const { projectId, id: sessionId } = this.session;
    const { progress, forget } = this.kept.read();
    try {
      const { session, next } = await this.options.calls.completeSession({
        projectId,
        sessionId,
        ...(this.isActive && progress.answers.length > 0 ? { answers: progress.answers } : {}),
        ...(this.options.chosen === null ? {} : { experienceId: this.options.chosen }),
      });
      forget();
      this.kept.dropIndex();
      this.session = session;
      this.saving = "saved";
      this.options.changed();
      return next;
    } catch (error) {
      const refusal = refusalOf(error);
      for (const [stepId, message] of refusedAnswers(refusal, progress)) {
        this.kept.drop(stepId);
        this.refused.set(stepId, message);
      }
      return refusal;
    }
  }

  private meetRefusal(refusal: Refusal): null {
    const missing = refusal.details.steps;
    if (refusal.reason === "steps_incomplete" && Array.isArray(missing)) {
      this.returnTo(String(missing[0]), "This still needs an answer.");
    } else if (refusal.reason === "invalid_request" && this.refused.size > 0) {
      const [[stepId, message]] = [...this.refused] as [[string, string]];
      this.returnTo(stepId, message);
    } else {
      this.meetEnd(refusal);
    }
    return null;
  }

  private refuse(stepId: string, message: string): void {
    // The server's words name the field for programs; where the guest reads them they stand alone.
    if (this.completing) this.refused.set(stepId, message);
    else this.returnTo(stepId, message);
  }

  private returnTo(stepId: string, message: string): void {
    const index = this.steps.findIndex((step) => step.id === stepId);
    if (index < 0) return this.end("steps_incomplete");
    this.refused.set(stepId, message);
    this.completing = null;
    this.go(index);
  }

  private completedElsewhere(): void {
    this.kept.clear();
    if (this.completing) return;
    if (this.show >= this.steps.length) void this.finish();
    else {
      this.index = Math.max(this.index, this.show);
      void this.complete();
    }
  }

  /** A call of another module was told that the session takes nothing any more. */
  stopped(refusal: Refusal): void {
    this.meetEnd(refusal);
  }

  private meetEnd(refusal: Refusal): void {
    const { status } = refusal.details;
    if (refusal.reason === "session_not_active" && status === "completed") {
      this.session = { ...this.session, status: "completed" };
      this.completedElsewhere();
    } else {
      this.end(typeof status === "string" ? status : refusal.reason);
    }
    this.options.changed();
  }

  private end(reason: string): void {
    this.ended = reason;
    this.close();
    this.options.changed();
  }

  private pause(failures: number, refusal: Refusal): Promise<void> {
    const wait = Math.min(FIRST_WAIT_MS * 2 ** failures, LONGEST_WAIT_MS);
    const seconds = refusal.retryAfterSeconds;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, seconds === null ? wait : seconds * 1000);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private clamp(index: number): number {
    return Math.max(0, Math.min(index, this.steps.length - 1));
  }
}

/** Whether a question may be passed over without an answer. */
export function canSkip(step: Step, value: Value | undefined): boolean {
  return isBlank(value) && !isRequired(step);
}
