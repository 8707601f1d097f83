/** The picture of a main session while it is made, by listening or by polling. */

import type { Backend } from "./backend.ts";
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

const LIMITS = new Set(["daily_limit_reached", "guest_daily_limit_reached", "rate_limited"]);
const START_AFTER_MS = 3_000;
const POLL_INTERVAL_MS = 3_000;
/** A network may hold back a listener's updates without an error. */
const MAX_SILENCE_MS = 10_000;
const FINAL = new Set<Picture["status"]>(["completed", "failed", "cancelled", "none", "limited"]);

/** Follows the picture of a completed main session until `stop`. */
export class PictureWatcher {
  private session: Session | null = null;
  private job: Job | null = null;
  private stops: (() => void)[] = [];
  private isListeningToJob = false;
  private isListening = false;
  private isStopped = false;
  private isPolling = false;
  /** From a refusal, which no document shows. */
  private refused: Partial<Picture> | null = null;
  private timers = new Set<ReturnType<typeof setTimeout>>();

  constructor(
    private readonly backend: Backend,
    private readonly ids: { projectId: string; sessionId: string },
    private readonly onPicture: (picture: Picture) => void,
  ) {}

  async start(): Promise<void> {
    this.schedule(START_AFTER_MS, () => this.startIfNeeded());
    this.schedule(MAX_SILENCE_MS, () => {
      if (!this.isListening) this.poll();
    });
    try {
      const live = await import("./live.ts");
      if (this.isStopped) return;
      const { projectId, sessionId } = this.ids;
      const onLost = () => {
        this.isListening = false;
        this.poll();
      };
      const onSession = (session: Session) => {
        this.isListening = true;
        this.session = session;
        this.report();
        if (!session.jobId || this.isListeningToJob || this.isStopped) return;
        this.isListeningToJob = true;
        const onJob = (job: Job) => {
          this.job = job;
          this.report();
        };
        this.stops.push(live.watchJob(this.backend, projectId, session.jobId, onJob, onLost));
      };
      this.stops.push(live.watchSession(this.backend, projectId, sessionId, onSession, onLost));
    } catch {
      this.poll();
    }
  }

  stop(): void {
    this.isStopped = true;
    for (const stop of this.stops) stop();
    for (const timer of this.timers) clearTimeout(timer);
  }

  /** Start the transform again after a failure or a cancellation. */
  async retry(): Promise<void> {
    await this.command(() => this.backend.calls.retryTransform(this.ids));
  }

  async cancel(): Promise<void> {
    await this.command(() => this.backend.calls.cancelTransform(this.ids));
  }

  private async command(call: () => Promise<Job>): Promise<void> {
    try {
      const job = await call();
      this.refused = null;
      this.job = job;
      // Until the listener reports a newer session, its older status must not outweigh the job's.
      if (this.session) this.session = { ...this.session, jobStatus: job.status };
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

  /** Ask for the job if there is none yet. An experience without a transform refuses it for good. */
  private async startIfNeeded(): Promise<void> {
    if (this.isStopped || this.job || this.session?.jobId) return;
    try {
      this.job = await this.backend.calls.startTransform(this.ids);
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
      const { calls } = this.backend;
      try {
        this.session = (await calls.getSession(this.ids)).session;
        const { jobId } = this.session;
        if (jobId) this.job = await calls.getJob({ projectId: this.ids.projectId, jobId });
        this.report();
      } catch {
        // The next poll tries again.
      }
      if (FINAL.has(this.picture().status)) this.isPolling = false;
      else this.schedule(POLL_INTERVAL_MS, pollOnce);
    };
    void pollOnce();
  }

  private picture(): Picture {
    return { ...pictureOf(this.session, this.job), ...this.refused };
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
