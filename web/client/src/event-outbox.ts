/**
 * Progress events that the server does not have yet. The browser keeps them until it does, so that
 * neither a dead network nor a reload loses one. Each has an id from the moment it happened, and
 * the server counts an id once, so that sending one twice is harmless.
 *
 * Each event has a key of its own in the storage: tabs of one browser share what waits, and one of
 * them sends at a time, where the browser has locks.
 */

import { RuntimeError } from "./errors.js";

/** The part of `Storage` that is used: `localStorage` in a browser. */
export interface EventStore {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** What happened. `eventId` and `occurredAt` are added when it is put into the outbox. */
export interface NewEvent {
  eventType: string;
  contentId?: string;
  data?: Record<string, unknown>;
  locationLat?: number;
  locationLng?: number;
}

/** An event as it waits and as it is sent. */
export interface WaitingEvent extends NewEvent {
  eventId: string;
  /** Unix milliseconds, by this device's clock. */
  occurredAt: number;
}

/** The request of `trackProgressEvents`. */
export interface EventBatch {
  workspaceId: string;
  experienceId: string;
  batchId: string;
  events: WaitingEvent[];
}

export interface EventOutboxOptions<Response> {
  /** The player. What another person of this browser left waiting is not sent as theirs. */
  uid: string;
  workspaceId: string;
  experienceId: string;
  /** `client.trackProgressEvents`. */
  send: (batch: EventBatch) => Promise<Response>;
  /** The server has these events, and answered this. */
  onSent?: (response: Response, events: readonly WaitingEvent[]) => void;
  /** The server never takes these events; they are no longer kept. */
  onRefused?: (error: RuntimeError, events: readonly WaitingEvent[]) => void;
  /** How many events wait. */
  onWaiting?: (count: number) => void;
  /** How long to gather events for one batch. One second if it is not given. */
  delayMs?: number;
  store?: EventStore;
}

/** `trackProgressEvents` takes no more in one call. */
export const MAX_BATCH_EVENTS = 50;
const PREFIX = "progress-events:";
const DELAY_MS = 1000;
const MIN_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 60_000;
// The player's progress takes no event any more, whatever it is.
const ENDINGS = new Set<string>(["player_erased", "player_merged", "experience_not_found"]);
// The same batch is refused again, even where the refusal names none of its events.
const FINAL = new Set<string>([
  "invalid_request",
  "server_only_event",
  "progress_full",
  "request_id_reused",
]);

/** Gathers events, and sends them in batches until the server has each of them. */
export class EventOutbox<Response = unknown> {
  private readonly prefix: string;
  private readonly store: EventStore;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private running: Promise<void> | null = null;
  private failures = 0;
  /** How many events go next: the failed batch as it was, or half of a refused one. */
  private failedCount: number | null = null;
  private closed = false;
  private counter = 0;
  private readonly wake = () => void this.flush();

  constructor(private readonly options: EventOutboxOptions<Response>) {
    const { uid, workspaceId, experienceId } = options;
    const scope = [uid, workspaceId, experienceId].map(encodeURIComponent).join(":");
    this.prefix = `${PREFIX}${scope}:`;
    this.store = options.store ?? localStorage;
    globalThis.addEventListener?.("online", this.wake);
    globalThis.addEventListener?.("pagehide", this.wake);
    if (this.keys().length > 0) this.schedule(0);
  }

  /** Keep an event and send it soon. Returns it with its id. Throws if the storage is full. */
  add(event: NewEvent): WaitingEvent {
    const waiting = { ...event, eventId: crypto.randomUUID(), occurredAt: Date.now() };
    // Sorted by their keys, events stand in the order in which they happened.
    const order = `${waiting.occurredAt}`.padStart(15, "0") + `${this.counter++}`.padStart(6, "0");
    this.store.setItem(`${this.prefix}${order}:${waiting.eventId}`, JSON.stringify(waiting));
    const count = this.keys().length;
    this.options.onWaiting?.(count);
    if (count >= MAX_BATCH_EVENTS && this.failures === 0) this.schedule(0);
    else if (this.timer === null) this.schedule(this.options.delayMs ?? DELAY_MS);
    return waiting;
  }

  /** How many events the server does not have yet. */
  get waiting(): number {
    return this.keys().length;
  }

  /** Send what waits now, without a pause. Resolves when it is sent, or has failed. */
  flush(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.running ??= this.run().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** Stop sending. What waits is kept for the next outbox of this player. */
  close(): void {
    this.closed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    globalThis.removeEventListener?.("online", this.wake);
    globalThis.removeEventListener?.("pagehide", this.wake);
  }

  private schedule(ms: number): void {
    if (this.closed) return;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), ms);
  }

  private async run(): Promise<void> {
    while (!this.closed && this.keys().length > 0) {
      if (!(await inOneTab(this.prefix, () => this.sendOnce()))) return;
    }
  }

  /** Whether to continue at once. */
  private async sendOnce(): Promise<boolean> {
    const entries = this.entries().slice(0, this.failedCount ?? MAX_BATCH_EVENTS);
    const events = entries.map(([, event]) => event);
    if (events.length === 0) return true; // another tab has sent them
    const { workspaceId, experienceId, send } = this.options;
    try {
      const batchId = await batchIdOf(events);
      const response = await send({ workspaceId, experienceId, batchId, events });
      this.failures = 0;
      this.failedCount = null;
      this.forget(entries);
      this.options.onSent?.(response, events);
      return true;
    } catch (thrown) {
      return this.handle(RuntimeError.from(thrown), entries);
    }
  }

  private handle(error: RuntimeError, entries: [string, WaitingEvent][]): boolean {
    this.failedCount = null;
    if (ENDINGS.has(error.reason)) {
      this.drop(error, this.entries());
      return false;
    }
    const refused = refusedOf(error, entries);
    if (refused.length > 0) {
      this.drop(error, refused);
      return true;
    }
    if (FINAL.has(error.reason)) {
      if (entries.length === 1) this.drop(error, entries);
      this.failedCount = Math.ceil(entries.length / 2);
      return true;
    }
    this.failedCount = entries.length;
    const { retryAfterSeconds } = error.details;
    const pause = Math.min(MIN_PAUSE_MS * 2 ** this.failures++, MAX_PAUSE_MS);
    const told = typeof retryAfterSeconds === "number" ? retryAfterSeconds * 1000 : null;
    this.schedule(told ?? pause * (0.5 + Math.random() / 2));
    return false;
  }

  private drop(error: RuntimeError, entries: [string, WaitingEvent][]): void {
    this.forget(entries);
    const events = entries.map(([, event]) => event);
    this.options.onRefused?.(error, events);
  }

  private forget(entries: [string, WaitingEvent][]): void {
    for (const [key] of entries) this.store.removeItem(key);
    this.options.onWaiting?.(this.keys().length);
  }

  private entries(): [string, WaitingEvent][] {
    const entries: [string, WaitingEvent][] = [];
    for (const key of this.keys()) {
      const raw = this.store.getItem(key);
      if (raw !== null) entries.push([key, JSON.parse(raw) as WaitingEvent]);
    }
    return entries;
  }

  private keys(): string[] {
    const keys: string[] = [];
    for (let index = 0; index < this.store.length; index++) {
      const key = this.store.key(index);
      if (key?.startsWith(this.prefix)) keys.push(key);
    }
    return keys.sort();
  }
}

/** The events that the refusal names: the call is refused whole, and the others can be sent. */
function refusedOf(
  error: RuntimeError,
  entries: [string, WaitingEvent][],
): [string, WaitingEvent][] {
  if (!FINAL.has(error.reason)) return [];
  const { issues, path } = error.details;
  const paths: unknown[] = Array.isArray(issues) ? issues.map((each) => each?.path) : [];
  const named = new Set<number>();
  for (const each of [...paths, path]) {
    const found = /^events\[(\d+)\]/.exec(String(each))?.[1];
    if (found !== undefined) named.add(Number(found));
  }
  return entries.filter((_, position) => named.has(position));
}

/** The same for the same events, so that a batch whose response was lost is known to the server. */
async function batchIdOf(events: readonly WaitingEvent[]): Promise<string> {
  const ids = new TextEncoder().encode(events.map(({ eventId }) => eventId).join());
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", ids));
  return Array.from(digest.slice(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Do the work in one tab of this browser at a time, where the browser has locks. */
function inOneTab<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = (globalThis as { navigator?: Navigator }).navigator?.locks;
  return locks ? (locks.request(name, work) as Promise<T>) : work();
}
