/** A session of an event: its callables and its document, with or without a journey. */

import type { Backend, Calls } from "../backend.ts";
import type { Progress } from "../outbox.ts";
import { Refusal, refusalOf } from "../refusals.ts";
import type {
  ContentType,
  EventSessionView,
  JourneySession,
  NextPhase,
  PlayedSession,
  Step,
  Value,
} from "../types.ts";
import { EventPicture, type PictureSession } from "./event-picture.ts";
import {
  cameraFor,
  indexOf,
  inputOf,
  type Journey,
  journeyOf,
  makesPicture,
  playedSession,
} from "./journey.ts";
import type { SessionBackend, Stop } from "./session-backend.ts";
import { newerTypes } from "./shown-steps.ts";

/** An event's session leads to its picture. */
const END: NextPhase = { phase: "share", experienceId: null, params: {}, replace: true };

export class EventSession implements SessionBackend, PictureSession {
  session: EventSessionView;
  readonly newerTypes: string[];
  private readonly journey: Journey;
  private readonly calls: Calls;
  private readonly ids: { eventId: string; sessionId: string };
  /** Whether the guest takes another photo in an event without a journey. */
  private isRetaking = false;

  constructor(
    private readonly backend: Backend,
    private readonly view: JourneySession,
    /** The experience of the page's address, for an event in which the guest picks none. */
    readonly experienceId: string | null,
  ) {
    this.session = view.session;
    this.journey = journeyOf(view);
    this.newerTypes = newerTypes(view.steps as unknown as Step[]);
    this.calls = backend.calls;
    this.ids = { eventId: view.session.eventId, sessionId: view.session.id };
  }

  /** With its journey and what else a new page needs of it. */
  get current(): JourneySession {
    return { ...this.view, session: this.session };
  }

  get scope() {
    return `event:${this.ids.eventId}`;
  }

  get steps() {
    return this.journey.steps;
  }

  get choices() {
    return this.view.experiences;
  }

  get camera() {
    return cameraFor(this.view, this.session, this.experienceId);
  }

  get makesPicture(): boolean {
    return makesPicture(this.view, this.session, this.experienceId);
  }

  get endsVisit(): boolean {
    return !this.makesPicture;
  }

  get isAtEnd(): boolean {
    return indexOf(this.journey, this.session) >= this.steps.length;
  }

  get expectsPhoto(): boolean {
    return this.steps.some(({ type }) => type === "capture");
  }

  /** The session as its steps are played. */
  get played(): PlayedSession {
    const played = playedSession(this.journey, this.session);
    return this.isRetaking ? { ...played, status: "active", currentStepIndex: 0 } : played;
  }

  async read(): Promise<PlayedSession> {
    return this.take((await this.calls.getEventSession(this.ids)).session);
  }

  async watch(onSession: (session: PlayedSession) => void, onLost: () => void): Promise<Stop> {
    const { watchEventSession } = await import("../live.ts");
    const { eventId, sessionId } = this.ids;
    const report = (session: EventSessionView) => onSession(this.take(session));
    return watchEventSession(this.backend, eventId, sessionId, report, onLost);
  }

  async save({ answers, currentStepIndex }: Progress): Promise<PlayedSession> {
    await this.saveInputs(answers);
    if (currentStepIndex === undefined) return this.played;
    try {
      return await this.goTo(currentStepIndex);
    } catch (error) {
      const { reason } = refusalOf(error);
      if (reason !== "steps_incomplete") throw error;
      // The page goes on. It returns to the step when the session is to be completed.
      const issues = [{ path: "currentStepIndex", message: reason }];
      throw new Refusal("invalid_request", { issues });
    }
  }

  async complete(answers: Progress["answers"]) {
    await this.saveInputs(answers);
    if (indexOf(this.journey, this.session) < this.journey.closing) {
      await this.goTo(this.journey.closing);
    }
    if (this.session.state === "captured") {
      try {
        await this.trigger();
      } catch (error) {
        // Whoever watches the picture asks again, and shows why there is none.
        if (refusalOf(error).isTransient) throw error;
      }
    }
    return { session: this.played, next: END };
  }

  /** Keep that the guest has seen everything. */
  async finish(): Promise<void> {
    if (!this.isAtEnd) await this.goTo(this.steps.length);
  }

  /** Go back to the photo, to take another one after an error. */
  async retake(): Promise<void> {
    if (this.session.state === "error") await this.retry();
    if (this.journey.places === null) this.isRetaking = true;
    else await this.goTo(this.steps.findIndex(({ type }) => type === "capture"));
  }

  async createUpload(stepId: string, contentType: ContentType, sizeBytes: number) {
    const request = { ...this.stepIds(stepId), contentType: contentType as never, sizeBytes };
    return whileOpen(() => this.calls.createCaptureUpload(request));
  }

  async confirmUpload(stepId: string): Promise<PlayedSession> {
    const session = await whileOpen(() => this.calls.saveCapture(this.stepIds(stepId)));
    this.isRetaking = false;
    return this.take(session);
  }

  async signedUrl(): Promise<string> {
    throw new Refusal("unsupported_media"); // a photo has an address
  }

  async shortAddress() {
    return location.origin + (await this.calls.createShare(this.ids)).path;
  }

  picture() {
    return new EventPicture(this);
  }

  async trigger(): Promise<void> {
    const { experienceId } = this;
    const chosen = experienceId === null ? {} : { experienceId };
    this.take(await this.calls.triggerTransform({ ...this.ids, ...chosen }));
  }

  async retry(): Promise<void> {
    this.take(await this.calls.retryJourney(this.ids));
  }

  private stepIds(stepId: string) {
    return { ...this.ids, ...(this.journey.places === null ? {} : { stepId }) };
  }

  private async saveInputs(answers: Progress["answers"]): Promise<void> {
    for (const [index, { stepId, value }] of answers.entries()) {
      await this.saveInput(index, stepId, value);
    }
  }

  private async saveInput(index: number, stepId: string, value: Value): Promise<void> {
    const step = this.steps.find(({ id }) => id === stepId);
    if (!step) return;
    try {
      const input = inputOf(step, value);
      this.take(await this.calls.saveStepInput({ ...this.ids, stepId, input }));
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal.reason !== "invalid_request") throw refusal;
      // An operator has removed the step: nothing is to be said about it any more.
      if (refusal.issues.some(({ path }) => path === "stepId")) return;
      const issues = refusal.issues.map((issue) => ({ ...issue, path: `answers[${index}]` }));
      throw new Refusal("invalid_request", { issues });
    }
  }

  private async goTo(index: number): Promise<PlayedSession> {
    const place = this.journey.places?.[index];
    if (place === undefined) return this.played;
    return this.take(await this.calls.goToStep({ ...this.ids, index: place }));
  }

  /** The newest of what responses and listeners have brought. */
  private take(session: EventSessionView): PlayedSession {
    if (session.updatedAt >= this.session.updatedAt) this.session = session;
    return this.played;
  }
}

/** A session that is transformed takes no photo any more, as one that is completed. */
async function whileOpen<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal.reason !== "move_not_allowed") throw refusal;
    throw new Refusal("session_not_active", { status: "completed" });
  }
}
