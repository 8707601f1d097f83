/** The picture of a main session on its way: from the session, its job, or by asking. */

import type { Backend } from "./backend.ts";
import { refusalOf } from "./refusals.ts";
import type { Job, JobStatus, Session } from "./types.ts";

export interface Picture {
  /** `waiting`: no job yet; `none`: there will be none; `limited`: not today or not this hour. */
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

/** What to show of a session and its job. The result counts, whichever of them tells it first. */
export function pictureOf(session: Session | null, job: Job | null): Picture {
  const url = session?.resultMedia?.url ?? job?.output?.url ?? null;
  const told = job?.status ?? session?.jobStatus ?? "waiting";
  const done = url !== null && (told === "completed" || session?.jobStatus === "completed");
  const status = done ? "completed" : told === "completed" ? "running" : told;
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

const START_AFTER_MS = 3_000;
const ASK_EVERY_MS = 3_000;
/** Networks that hold back what listeners hear do not say so. */
const SILENCE_MS = 10_000;
const OVER = new Set<Picture["status"]>(["completed", "failed", "cancelled", "none", "limited"]);

/** Follows a completed main session's picture until `stop`. */
export class PictureWatch {
  private session: Session | null = null;
  private job: Job | null = null;
  private stops: (() => void)[] = [];
  private listensToJob = false;
  private hears = false;
  private stopped = false;
  private asking = false;
  /** What no document tells: a refusal. */
  private over: Partial<Picture> | null = null;
  private timers = new Set<ReturnType<typeof setTimeout>>();

  constructor(
    private readonly backend: Backend,
    private readonly ids: { projectId: string; sessionId: string },
    private readonly onPicture: (picture: Picture) => void,
  ) {}

  async start(): Promise<void> {
    this.after(START_AFTER_MS, () => this.startIfNobodyDid());
    this.after(SILENCE_MS, () => {
      if (!this.hears) this.ask();
    });
    try {
      const live = await import("./live.ts");
      if (this.stopped) return;
      const { projectId, sessionId } = this.ids;
      const lost = () => {
        this.hears = false;
        this.ask();
      };
      const onSession = (session: Session) => {
        this.hears = true;
        this.session = session;
        this.tell();
        if (!session.jobId || this.listensToJob || this.stopped) return;
        this.listensToJob = true;
        const onJob = (job: Job) => {
          this.job = job;
          this.tell();
        };
        this.stops.push(live.watchJob(this.backend, projectId, session.jobId, onJob, lost));
      };
      this.stops.push(live.watchSession(this.backend, projectId, sessionId, onSession, lost));
    } catch {
      this.ask();
    }
  }

  stop(): void {
    this.stopped = true;
    for (const stop of this.stops) stop();
    for (const timer of this.timers) clearTimeout(timer);
  }

  /** Another round of attempts, after a failure or a cancellation. */
  async retry(): Promise<void> {
    await this.command(() => this.backend.calls.retryTransform(this.ids));
  }

  async cancel(): Promise<void> {
    await this.command(() => this.backend.calls.cancelTransform(this.ids));
  }

  private async command(call: () => Promise<Job>): Promise<void> {
    try {
      const job = await call();
      this.over = null;
      this.job = job;
      // Until the listener says so itself, the session's older word must not outweigh the job's.
      if (this.session) this.session = { ...this.session, jobStatus: job.status };
      this.tell();
      if (!this.hears) this.ask();
    } catch (error) {
      const refusal = refusalOf(error);
      const limited = ["daily_limit_reached", "rate_limited"].includes(refusal.reason);
      this.over = {
        ...(limited ? { status: "limited" as const } : {}),
        reason: refusal.reason,
        retryAfterSeconds: refusal.retryAfterSeconds,
      };
      this.tell();
      if (!limited) this.over = null;
    }
  }

  /** The job starts by itself; where that takes long, or there is none to come, ask for it. */
  private async startIfNobodyDid(): Promise<void> {
    if (this.stopped || this.job || this.session?.jobId) return;
    try {
      this.job = await this.backend.calls.startTransform(this.ids);
      this.tell();
    } catch (error) {
      const { reason, retryAfterSeconds, passes } = refusalOf(error);
      // Not completed yet, or no connection: it may be so a moment later.
      if (passes || reason === "session_not_completed") {
        this.after(START_AFTER_MS, () => this.startIfNobodyDid());
        return;
      }
      const limited = reason === "daily_limit_reached" || reason === "rate_limited";
      this.over = limited
        ? { status: "limited", reason, retryAfterSeconds }
        : { status: "none", reason };
      this.tell();
    }
  }

  /** Without a listener: ask every few seconds until it is over. */
  private ask(): void {
    if (this.asking || this.stopped) return;
    this.asking = true;
    const round = async () => {
      const { calls } = this.backend;
      try {
        this.session = (await calls.getSession(this.ids)).session;
        const { jobId } = this.session;
        if (jobId) this.job = await calls.getJob({ projectId: this.ids.projectId, jobId });
        this.tell();
      } catch {
        // The next round asks again.
      }
      if (OVER.has(this.picture().status)) this.asking = false;
      else this.after(ASK_EVERY_MS, round);
    };
    void round();
  }

  private picture(): Picture {
    return { ...pictureOf(this.session, this.job), ...this.over };
  }

  private tell(): void {
    if (!this.stopped) this.onPicture(this.picture());
  }

  private after(ms: number, work: () => Promise<void> | void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      void work();
    }, ms);
    this.timers.add(timer);
  }
}
