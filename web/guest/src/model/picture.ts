/** The picture of a session while it is made, by listening or by polling. */

import { refusalOf } from "./refusals.ts";
import type { Job, JobStatus, Session } from "./types.ts";

export interface Picture {
  /** `waiting`: no job yet. `none`: there will be no job. `limited`: not today or not this hour. */
  status: "waiting" | "none" | "limited" | JobStatus;
  percentage: number;
  url: string | null;
  thumbnailUrl: string | null;
  size: { width: number; height: number } | null;
  /** The job's error code, or why a retry was refused. */
  reason: string | null;
  retryAfterSeconds: number | null;
}

export const WAITING: Picture = {
  status: "waiting",
  percentage: 0,
  url: null,
  thumbnailUrl: null,
  size: null,
  reason: null,
  retryAfterSeconds: null,
};

/** Of a session that makes none. */
export const NO_PICTURE: Picture = { ...WAITING, status: "none" };

/** What to show of a session and its job. The first of the two to have a result decides. */
export function pictureOf(session: Session | null, job: Job | null): Picture {
  const url = session?.resultMedia?.url ?? job?.output?.url ?? null;
  const jobStatus = job?.status ?? session?.jobStatus ?? "waiting";
  const done = url !== null && (jobStatus === "completed" || session?.jobStatus === "completed");
  const status = done ? "completed" : jobStatus === "completed" ? "running" : jobStatus;
  const reason = job?.error?.code ?? session?.jobError?.code ?? null;
  return {
    status: status === "failed" && reason === "QUOTA_EXCEEDED" ? "limited" : status,
    percentage: done ? 100 : (job?.progress?.percentage ?? 0),
    url: done ? url : null,
    thumbnailUrl: done ? (job?.output?.thumbnailUrl ?? null) : null,
    size: job?.output ? { width: job.output.width, height: job.output.height } : null,
    reason: status === "failed" || status === "cancelled" ? reason : null,
    retryAfterSeconds: null,
  };
}

/** What a picture is read from, and the commands for it, which throw `Refusal`. */
export interface PictureSource {
  /** As it was read, reported or returned last. */
  current(): Picture;
  read(): Promise<void>;
  /** Keep `current` up to date from now on. After `onLost` there are no more reports. */
  listen(changed: () => void, onLost: () => void): Promise<() => void>;
  /** Begin the picture, unless that is done. */
  start(): Promise<void>;
  retry(): Promise<void>;
  /** Null if a picture that is begun cannot be cancelled. */
  cancel: (() => Promise<void>) | null;
}

const LIMITS = new Set(["daily_limit_reached", "guest_daily_limit_reached", "rate_limited"]);
const START_AFTER_MS = 3_000;
const POLL_INTERVAL_MS = 3_000;
/** A network may hold back a listener's updates without an error. */
const MAX_SILENCE_MS = 10_000;
const FINAL = new Set<Picture["status"]>(["completed", "failed", "cancelled", "none", "limited"]);

/** Follows the picture of a completed session until `stop`. */
export class PictureWatcher {
  private stopListening = () => {};
  private isListening = false;
  private isStopped = false;
  private isPolling = false;
  /** From a refusal, which no document shows. */
  private refused: Partial<Picture> | null = null;
  private timers = new Set<ReturnType<typeof setTimeout>>();

  constructor(
    private readonly source: PictureSource,
    private readonly onPicture: (picture: Picture) => void,
  ) {}

  async start(): Promise<void> {
    this.schedule(START_AFTER_MS, () => this.startIfNeeded());
    this.schedule(MAX_SILENCE_MS, () => {
      if (!this.isListening) this.poll();
    });
    const changed = () => {
      this.isListening = true;
      this.report();
    };
    const onLost = () => {
      this.isListening = false;
      this.poll();
    };
    try {
      this.stopListening = await this.source.listen(changed, onLost);
      if (this.isStopped) this.stopListening();
    } catch {
      this.poll();
    }
  }

  stop(): void {
    this.isStopped = true;
    this.stopListening();
    for (const timer of this.timers) clearTimeout(timer);
  }

  get canCancel(): boolean {
    return this.source.cancel !== null;
  }

  /** Start the transform again after a failure or a cancellation. */
  async retry(): Promise<void> {
    await this.command(() => this.source.retry());
  }

  async cancel(): Promise<void> {
    await this.command(async () => this.source.cancel?.());
  }

  private async command(call: () => Promise<void>): Promise<void> {
    try {
      await call();
      this.refused = null;
      this.report();
      if (!this.isListening) this.poll();
    } catch (error) {
      const refusal = refusalOf(error);
      const limited = LIMITS.has(refusal.reason);
      this.refused = {
        ...(limited ? { status: "limited" as const } : {}),
        reason: refusal.reason,
        retryAfterSeconds: refusal.retryAfterSeconds,
      };
      this.report();
      if (!limited) this.refused = null;
    }
  }

  /** Ask for the picture if nothing makes it yet. A session without a transform refuses for good. */
  private async startIfNeeded(): Promise<void> {
    if (this.isStopped) return;
    try {
      await this.source.start();
      this.report();
    } catch (error) {
      const { reason, retryAfterSeconds, isTransient } = refusalOf(error);
      // The session is not completed yet, or there is no connection.
      if (isTransient || reason === "session_not_completed") {
        this.schedule(START_AFTER_MS, () => this.startIfNeeded());
        return;
      }
      const limited = LIMITS.has(reason);
      this.refused = limited
        ? { status: "limited", reason, retryAfterSeconds }
        : { status: "none", reason };
      this.report();
    }
  }

  /** Poll until the status is final, in place of a listener. */
  private poll(): void {
    if (this.isPolling || this.isStopped) return;
    this.isPolling = true;
    const pollOnce = async () => {
      try {
        await this.source.read();
        this.report();
      } catch {
        // The next poll tries again.
      }
      if (FINAL.has(this.picture().status)) this.isPolling = false;
      else if (!this.isStopped) this.schedule(POLL_INTERVAL_MS, pollOnce);
    };
    void pollOnce();
  }

  private picture(): Picture {
    return { ...this.source.current(), ...this.refused };
  }

  private report(): void {
    if (!this.isStopped) this.onPicture(this.picture());
  }

  private schedule(ms: number, work: () => Promise<void> | void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      void work();
    }, ms);
    this.timers.add(timer);
  }
}
