/** One session being played: the guest's answers, the step they are at, and how it ends. */

import {
  type AnswerProblem,
  firstClosingStep,
  isBlank,
  isRequired,
  problemWith,
  valueToSend,
} from "./answers.ts";
import { Completion } from "./completions.ts";
import {
  type Answer,
  type KeyValueStore,
  Outbox,
  PendingProgress,
  refusedAnswers,
  type Saving,
  withLock,
} from "./outbox.ts";
import { PhotoQueue, photoProblem, type SendPhoto } from "./photos/photo-queue.ts";
import type { PhotoStore } from "./photos/photo-store.ts";
import { Refusal, refusalOf } from "./refusals.ts";
import type { SessionBackend } from "./sessions/session-backend.ts";
import type { NextPhase, PlayedSession, Step, Value } from "./types.ts";

export interface StartedSession {
  session: PlayedSession;
  steps: Step[];
  backend: SessionBackend;
  /** Keep how it stands, for a reload without a network. */
  keep?(session: PlayedSession): void;
}

export interface PlayOptions {
  store: KeyValueStore;
  photos: PhotoStore;
  sendPhoto: SendPhoto;
  /** The step shown before a reload of a completed session. */
  shown: number | null;
  /** Lead the guest to the next phase. */
  leave(next: NextPhase): void;
  /** Called when something on the screen has changed. */
  changed(): void;
}

const MIN_WAIT_MS = 500;
const MAX_WAIT_MS = 8_000;

export class Play {
  session: PlayedSession;
  readonly steps: Step[];
  readonly backend: SessionBackend;
  index: number;
  saving: Saving = "saved";
  /** Why the session cannot be played any more: its status, or the server's reason. */
  ended: string | null = null;
  /** What is wrong with an answer, by step. */
  readonly refused = new Map<string, AnswerProblem>();
  /** Photos that the server does not have yet. */
  readonly photos: PhotoQueue;
  /** Why the server has rejected a photo, by step. */
  readonly refusedPhotos = new Map<string, string>();
  /** Whether the guest waits for the session to complete, to leave the phase. */
  leaving = false;
  /** Whether the guest is in the middle of an answer: another tab must not move them then. */
  busy = false;

  private readonly pending: PendingProgress;
  private readonly outbox: Outbox;
  private readonly completion: Completion;
  private readonly closingStep: number;
  private serverIndex: number;
  private completing: Promise<NextPhase | null> | null = null;
  private wake: (() => void) | null = null;
  /** The photo with which the guest leaves its step. */
  private leavesWith: string | null = null;
  private closed = false;

  constructor(
    started: StartedSession,
    private readonly options: PlayOptions,
  ) {
    this.session = started.session;
    this.steps = started.steps;
    this.backend = started.backend;
    this.closingStep =
      started.session.phase === "main" ? firstClosingStep(started.steps) : started.steps.length;
    this.serverIndex = started.session.currentStepIndex;
    this.pending = new PendingProgress(options.store, this.backend.scope, started.session.id);
    this.outbox = new Outbox(this.pending, (progress) => this.backend.save(progress), {
      onSaving: (saving) => {
        this.saving = saving;
        options.changed();
      },
      onSaved: (session) => this.update(session),
      onRefused: (answer) => this.refuse(answer),
      onEnded: (refusal) => this.handleEnd(refusal),
    });
    this.completion = new Completion(options.store, this.backend.scope, started.session.id);
    const session = { scope: this.backend.scope, sessionId: started.session.id };
    this.photos = new PhotoQueue(options.photos, session, options.sendPhoto, {
      changed: options.changed,
      onSession: (changed) => this.update(changed),
      onSent: (stepId) => this.handleSent(stepId),
      onRefused: (stepId, { reason, issues }) => this.refusePhoto(stepId, reason, issues),
      onEnded: (refusal) => this.handleEnd(refusal),
    });
    const start = this.pending.read().progress.currentStepIndex ?? this.serverIndex;
    this.index = this.clamp(this.isActive ? start : Math.max(options.shown ?? 0, this.closingStep));
  }

  /** Send what an earlier page load left behind, and continue where the session is. */
  start(): void {
    if (this.isActive) {
      void this.outbox.flush();
      void this.photos.flush();
      this.leavesWith = this.step?.id ?? null;
      if (this.index >= this.closingStep) void this.complete();
    } else if (this.session.status !== "completed") {
      this.end(this.session.status);
    } else {
      this.pending.clear();
      if (this.closingStep >= this.steps.length) void this.finish();
      else void this.complete();
    }
  }

  close(): void {
    this.closed = true;
    this.outbox.close();
    this.photos.close();
    this.wake?.();
  }

  get isActive(): boolean {
    return this.session.status === "active";
  }

  get step(): Step | undefined {
    return this.steps[this.index];
  }

  get canGoBack(): boolean {
    return this.index > 0 && this.isActive && this.index < this.closingStep && !this.leaving;
  }

  get isLast(): boolean {
    return this.index >= this.steps.length - 1;
  }

  /** Whether nothing follows this step but thanks. */
  get isEnd(): boolean {
    return this.isLast && this.backend.endsVisit;
  }

  /** The answer to a step: the pending one, else the server's. */
  answer(stepId: string): Value | undefined {
    const mine = this.pending.read().progress.answers.find((one) => one.stepId === stepId);
    return (mine ?? this.session.answers.find((one) => one.stepId === stepId))?.value;
  }

  /** Keep an answer and go to the next step. A second submit of the same step does nothing. */
  submit(stepId: string, value: Value | undefined): void {
    if (this.step?.id !== stepId || this.leaving || this.closed) return;
    const sent = valueToSend(value, this.answer(stepId));
    if (sent !== undefined) this.pending.setAnswer(stepId, sent);
    this.refused.delete(stepId);
    this.busy = false;
    if (this.isLast) {
      void this.finish();
    } else {
      this.go(this.index + 1);
    }
  }

  /** Send a photo, and go to the next step when the server has it, or when the guest does not wait. */
  async usePhoto(stepId: string, photo: Blob): Promise<void> {
    if (this.closed) return;
    this.refusedPhotos.delete(stepId);
    this.leavesWith = stepId;
    await this.photos.add(stepId, photo);
  }

  /** Complete a session of an experience without steps. */
  submitNothing(): void {
    void this.finish();
  }

  back(): void {
    if (this.canGoBack) this.go(this.index - 1);
  }

  /** Retry at once, because the connection is back or the page is visible again. */
  retryNow(): void {
    if (this.closed) return;
    if (!this.pending.isEmpty && this.isActive) void this.outbox.flush();
    if (!this.photos.isEmpty) void this.photos.flush();
    this.wake?.();
  }

  /** Accept the session from a response or a listener, unless it is older than the one here. */
  update(session: PlayedSession): void {
    if (this.closed || session.updatedAt < this.session.updatedAt) return;
    const before = this.session;
    this.session = session;
    const moved = session.currentStepIndex !== this.serverIndex;
    this.serverIndex = session.currentStepIndex;
    // A pending index, of this tab or another one, is newer than the server's.
    const { currentStepIndex: mine = session.currentStepIndex } = this.pending.read().progress;
    const newest = mine === session.currentStepIndex;
    // A session of an event is active again once its guest takes another photo.
    if (session.status === "active" && before.status === "completed") this.completing = null;
    if (session.status === "completed") {
      if (before.status !== "completed") this.completedElsewhere();
    } else if (session.status !== "active") {
      this.end(session.status);
    } else if (moved && newest && !this.busy && !this.completing) {
      this.index = this.clamp(session.currentStepIndex);
    }
    this.options.changed();
  }

  /** Complete the session and leave the phase, as soon as there is a connection. */
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

  private handleSent(stepId: string): void {
    this.wake?.();
    if (this.leavesWith === stepId) this.submit(stepId, undefined);
    else this.options.changed();
  }

  private refusePhoto(stepId: string, reason: string, issues: Refusal["issues"]): void {
    this.refusedPhotos.set(stepId, photoProblem(reason, issues));
    const index = this.steps.findIndex(({ id }) => id === stepId);
    this.completing = null;
    if (index >= 0 && index !== this.index) this.go(index);
    else this.options.changed();
  }

  private go(index: number): void {
    this.leavesWith = null;
    this.index = this.clamp(index);
    if (this.isActive && this.index < this.closingStep) {
      this.pending.setIndex(this.index);
      void this.outbox.flush();
    } else if (this.isActive) {
      this.pending.setIndex(this.index);
      void this.complete();
    }
    this.options.changed();
  }

  /** Complete the session, once for all callers. Returns the next phase, or null if that failed. */
  private complete(): Promise<NextPhase | null> {
    this.completing ??= this.completeUntilDone().then((next) => {
      if (next === null) this.completing = null;
      return next;
    });
    return this.completing;
  }

  private async completeUntilDone(): Promise<NextPhase | null> {
    // Without this page another one completes it, once all is sent.
    if (this.isActive && this.session.phase === "main") this.completion.keep(this.backend.experienceId);
    for (let failures = 0; !this.closed && this.ended === null; failures++) {
      const refusal = (await this.photos.settle())
        ? await withLock(this.outbox.lockName, () => this.completeOnce())
        : new Refusal("offline", {}, true); // the photo is needed, and is still on this phone
      if (!(refusal instanceof Error && refusal.isTransient)) this.completion.forget();
      if (!(refusal instanceof Error)) return refusal;
      if (!refusal.isTransient) return this.handleRefusal(refusal);
      this.saving = "offline";
      this.options.changed();
      await this.pause(failures, refusal);
    }
    return null;
  }

  private async completeOnce(): Promise<NextPhase | Refusal> {
    const { progress, forget } = this.pending.read();
    try {
      const answers = this.isActive ? progress.answers : [];
      const { session, next } = await this.backend.complete(answers);
      forget();
      this.pending.dropIndex();
      this.session = session;
      this.saving = "saved";
      this.options.changed();
      return next;
    } catch (error) {
      const refusal = refusalOf(error);
      for (const answer of refusedAnswers(refusal, progress)) {
        this.pending.drop(answer.stepId);
        this.refused.set(answer.stepId, this.problemOf(answer));
      }
      return refusal;
    }
  }

  private handleRefusal(refusal: Refusal): null {
    const missing = refusal.details.steps;
    if (refusal.reason === "steps_incomplete" && Array.isArray(missing)) {
      const shown = missing.map(String).find((id) => this.steps.some((step) => step.id === id));
      // A step that this page does not know can be answered in a newer one alone.
      if (shown === undefined) this.end("steps_unknown");
      else this.returnTo(shown, { reason: "needed" });
    } else if (refusal.reason === "invalid_request" && this.refused.size > 0) {
      const [[stepId, problem]] = [...this.refused] as [[string, AnswerProblem]];
      this.returnTo(stepId, problem);
    } else {
      this.handleEnd(refusal);
    }
    return null;
  }

  private refuse(answer: Answer): void {
    const problem = this.problemOf(answer);
    if (this.completing) this.refused.set(answer.stepId, problem);
    else this.returnTo(answer.stepId, problem);
  }

  /** What is wrong with an answer that the server has rejected, as far as this page knows. */
  private problemOf({ stepId, value }: Answer): AnswerProblem {
    const step = this.steps.find(({ id }) => id === stepId);
    return (step && problemWith(step, value)) ?? { reason: "rejected" };
  }

  private returnTo(stepId: string, problem: AnswerProblem): void {
    const index = this.steps.findIndex((step) => step.id === stepId);
    if (index < 0) return this.end("steps_incomplete");
    this.refused.set(stepId, problem);
    this.completing = null;
    this.go(index);
  }

  private completedElsewhere(): void {
    this.pending.clear();
    if (this.completing) return;
    if (this.closingStep >= this.steps.length) void this.finish();
    else {
      this.index = Math.max(this.index, this.closingStep);
      void this.complete();
    }
  }

  /** Another module's call was refused because the session has ended. */
  handleEnd(refusal: Refusal): void {
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
    const wait = Math.min(MIN_WAIT_MS * 2 ** failures, MAX_WAIT_MS);
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

/** Whether the guest may leave the step without an answer. */
export function canSkip(step: Step, value: Value | undefined): boolean {
  return isBlank(value) && !isRequired(step);
}
