/**
 * The photos of one session on their way to the server. Each is stored first, sent by one tab at a
 * time, and forgotten when the server has confirmed it, or refuses it for good.
 */

import { SESSION_ENDINGS, withLock } from "../outbox.ts";
import { type Refusal, refusalOf } from "../refusals.ts";
import type { PlayedSession } from "../types.ts";
import { keyOf, type PhotoStore, type WaitingPhoto } from "./photo-store.ts";

export interface PhotoState {
  /** `waiting`: it could not be sent yet, and is tried again. */
  state: "uploading" | "checking" | "waiting";
  percentage: number;
  /** Why it had to wait, until it is sent. */
  reason: string | null;
}

/**
 * What the guest is told of a photo: that it waits, and why, or how far it is. A photo that is tried again
 * waits until some of it has arrived.
 */
export function shownState(photo: PhotoState): PhotoState {
  const { state, percentage, reason } = photo;
  if (reason === null) return photo;
  const moves = state === "checking" || (state === "uploading" && percentage > 0);
  return moves ? { ...photo, reason: null } : { ...photo, state: "waiting" };
}

export interface Sending {
  onState(state: "uploading" | "checking", percentage: number): void;
  /** Remember where the photo is sent, before it is. */
  keep(upload: WaitingPhoto["upload"]): Promise<void>;
  signal: AbortSignal;
}

/** Send a photo, so that a repeat makes no second object. Throws `Refusal`. */
export type SendPhoto = (photo: WaitingPhoto, sending: Sending) => Promise<PlayedSession>;

export interface PhotoListener {
  changed(): void;
  /** The server has a photo, even if the guest has taken it back meanwhile. */
  onSession(session: PlayedSession): void;
  onSent(stepId: string): void;
  /** The server will never take this photo: the guest takes another one. */
  onRefused(stepId: string, refusal: Refusal): void;
  onEnded(refusal: Refusal): void;
}

/** Photos are no larger. A video that is stays in memory, where a phone has it anyway. */
const MAX_STORED_BYTES = 20 * 2 ** 20;
const MIN_WAIT_MS = 1_000;
const MAX_WAIT_MS = 15_000;
/** Refusals after which the same photo may be taken later. */
const LATER = new Set([
  ...["interrupted", "offline", "rate_limited", "upload_missing", "unknown"],
  ...["unauthenticated", "internal"],
]);

interface Entry {
  photo: WaitingPhoto;
  blob: Blob;
  state: PhotoState;
  aborter: AbortController | null;
}

export class PhotoQueue {
  private readonly entries = new Map<string, Entry>();
  private loaded: Promise<void> | null = null;
  private running: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private failures = 0;
  private closed = false;

  constructor(
    private readonly store: PhotoStore,
    private readonly session: { scope: string; sessionId: string },
    private readonly send: SendPhoto,
    private readonly listener: PhotoListener,
  ) {}

  /** Find what an earlier page load left behind. */
  load(): Promise<void> {
    this.loaded ??= this.store.of(this.session).then((photos) => {
      for (const photo of photos) this.take(photo);
      if (photos.length > 0) this.listener.changed();
    });
    return this.loaded;
  }

  get isEmpty(): boolean {
    return this.entries.size === 0;
  }

  /** Whether a photo waits for the network, or for its turn. */
  get isWaiting(): boolean {
    return [...this.entries.values()].some(({ state }) => state.reason !== null);
  }

  /** The photo that is not sent yet, and how it stands. */
  at(stepId: string): { blob: Blob; state: PhotoState } | null {
    return this.entries.get(stepId) ?? null;
  }

  /** Keep a photo for a step, in place of an earlier one, and send it. */
  async add(stepId: string, blob: Blob): Promise<void> {
    await this.load();
    const photo: WaitingPhoto = {
      ...this.session,
      ...{ stepId, type: blob.type },
      bytes: blob.size > MAX_STORED_BYTES ? blob : await blob.arrayBuffer(),
      ...{ id: Math.random().toString(36).slice(2), keptAt: Date.now(), upload: null },
    };
    this.entries.get(stepId)?.aborter?.abort();
    this.take(photo, blob);
    this.listener.changed();
    await this.store.put(photo);
    await this.running; // the one before has been aborted
    return this.flush();
  }

  /** Take a photo back that is not sent yet. */
  async remove(stepId: string): Promise<void> {
    const entry = this.entries.get(stepId);
    if (!entry) return;
    entry.aborter?.abort();
    this.entries.delete(stepId);
    this.listener.changed();
    await this.store.remove(entry.photo);
  }

  /** Send what waits now, without waiting for the end of a pause. */
  flush(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.running ??= this.run().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** Whether the server has every photo of the session, after one attempt to send them. */
  async settle(): Promise<boolean> {
    await this.flush();
    return this.isEmpty;
  }

  /** Stop sending. What waits stays stored. */
  close(): void {
    this.closed = true;
    if (this.timer) clearTimeout(this.timer);
    for (const { aborter } of this.entries.values()) aborter?.abort();
  }

  private take(photo: WaitingPhoto, blob = new Blob([photo.bytes], { type: photo.type })): void {
    const state = { state: "uploading" as const, percentage: 0, reason: null };
    this.entries.set(photo.stepId, { photo, blob, state, aborter: null });
  }

  private async run(): Promise<void> {
    await this.load();
    for (const entry of [...this.entries.values()]) {
      if (this.closed) return;
      await withLock(`guest-page:photo:${keyOf(entry.photo)}`, () => this.sendOnce(entry));
    }
  }

  private async sendOnce(entry: Entry): Promise<void> {
    const { photo } = entry;
    const { stepId } = photo;
    const isCurrent = () => this.entries.get(stepId) === entry;
    const stored = (await this.store.of(this.session)).find(({ id }) => id === photo.id);
    if (!isCurrent() || this.closed) return;
    if (stored === undefined) {
      // Another tab has sent it, or taken it back.
      this.entries.delete(stepId);
      return this.listener.changed();
    }
    const aborter = new AbortController();
    entry.aborter = aborter;
    const report = (state: PhotoState["state"], percentage: number, reason = entry.state.reason) => {
      entry.state = { state, percentage, reason };
      if (isCurrent() && !this.closed) this.listener.changed();
    };
    try {
      const session = await this.send(stored, {
        onState: report,
        keep: (upload) => {
          stored.upload = upload;
          return isCurrent() ? this.store.put(stored) : Promise.resolve();
        },
        signal: aborter.signal,
      });
      this.failures = 0;
      await this.store.remove(photo);
      this.listener.onSession(session);
      // The guest may have taken it back too late. The photo that they take now will replace it.
      if (!isCurrent()) return;
      this.entries.delete(stepId);
      this.listener.onSent(stepId);
    } catch (error) {
      if (aborter.signal.aborted || !isCurrent()) return;
      await this.handle(entry, refusalOf(error), report);
    } finally {
      entry.aborter = null;
    }
  }

  private async handle(
    entry: Entry,
    refusal: Refusal,
    report: (state: "waiting", percentage: number, reason: string) => void,
  ): Promise<void> {
    if (refusal.isTransient || LATER.has(refusal.reason)) {
      report("waiting", 0, refusal.reason);
      this.schedule(refusal.retryAfterSeconds);
      return;
    }
    this.entries.delete(entry.photo.stepId);
    await this.store.remove(entry.photo);
    if (SESSION_ENDINGS.has(refusal.reason)) this.listener.onEnded(refusal);
    else this.listener.onRefused(entry.photo.stepId, refusal);
  }

  private schedule(retryAfterSeconds: number | null): void {
    if (this.closed) return;
    const pause = Math.min(MIN_WAIT_MS * 2 ** this.failures++, MAX_WAIT_MS);
    const wait = retryAfterSeconds === null ? pause * (0.5 + Math.random() / 2) : retryAfterSeconds * 1000;
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), wait);
  }
}

/** What is wrong with a photo that the server has refused for good. */
export function photoProblem(reason: string, issues: Refusal["issues"]): string {
  const named = (field: string) => issues.some(({ path }) => path === field);
  if (reason === "invalid_request" && named("contentType")) return "wrong_type";
  if (reason === "invalid_request" && named("sizeBytes")) return "too_large";
  return reason;
}
