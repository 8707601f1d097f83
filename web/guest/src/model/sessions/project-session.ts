/** A session of a project: its callables, its documents, and the job that makes its picture. */

import type { Backend } from "../backend.ts";
import type { Progress } from "../outbox.ts";
import { type Picture, type PictureSource, pictureOf } from "../picture.ts";
import type {
  ContentType,
  Job,
  PlayedSession,
  Project,
  Session,
  SessionWithSteps,
  Step,
} from "../types.ts";
import type { SessionBackend, Stop } from "./session-backend.ts";
import { newerTypes, shownIndex, type ShownSteps, shownSteps } from "./shown-steps.ts";

interface Ids {
  projectId: string;
  sessionId: string;
}

export class ProjectSession implements SessionBackend {
  readonly camera = null;
  readonly makesPicture: boolean;
  readonly newerTypes: string[];
  private readonly ids: Ids;
  private readonly shown: ShownSteps;
  /** The newest that responses and listeners have brought. */
  private latest: Session;

  constructor(
    private readonly backend: Backend,
    private readonly project: Project,
    private readonly opened: SessionWithSteps,
    /** The main experience that the guest chose on the welcome screen, to which a pregate leads. */
    readonly experienceId: string | null = null,
  ) {
    this.ids = { projectId: project.id, sessionId: opened.session.id };
    this.latest = opened.session;
    this.makesPicture = opened.makesPicture;
    this.shown = shownSteps(opened.steps as Step[]);
    this.newerTypes = newerTypes(opened.steps as Step[]);
  }

  /** With its steps and what else a new page needs of it. */
  get current(): SessionWithSteps {
    return { ...this.opened, session: { ...this.opened.session, ...this.latest } };
  }

  get steps(): Step[] {
    return this.shown.steps;
  }

  /** The session as its steps are played. */
  get played(): PlayedSession {
    return this.playedOf(this.opened.session);
  }

  get endsVisit(): boolean {
    const isLast = !this.project.experiences.preshare?.enabled;
    return this.opened.session.phase === "main" && isLast && !this.makesPicture;
  }

  get scope() {
    return this.project.id;
  }

  get choices() {
    return this.project.experiences.main.map(({ experienceId: id, ...each }) => ({ id, ...each }));
  }

  async read() {
    return this.playedOf((await this.backend.calls.getSession(this.ids)).session);
  }

  async watch(onSession: (session: PlayedSession) => void, onLost: () => void): Promise<Stop> {
    const { watchSession } = await import("../live.ts");
    const { projectId, sessionId } = this.ids;
    const report = (session: Session) => onSession(this.playedOf(session));
    return watchSession(this.backend, projectId, sessionId, report, onLost);
  }

  async save({ currentStepIndex: index, ...progress }: Progress) {
    const place = index === undefined ? undefined : this.shown.places[index];
    const moved = place === undefined ? {} : { currentStepIndex: place };
    const request = { ...this.ids, ...progress, ...moved };
    return this.playedOf(await this.backend.calls.updateSessionProgress(request));
  }

  async complete(answers: Progress["answers"]) {
    const { session, next } = await this.backend.calls.completeSession({
      ...this.ids,
      ...(answers.length > 0 ? { answers } : {}),
      ...(this.experienceId === null ? {} : { experienceId: this.experienceId }),
    });
    return { session: this.playedOf(session), next };
  }

  createUpload(stepId: string, contentType: ContentType, sizeBytes: number) {
    return this.backend.calls.createUpload({ ...this.ids, stepId, contentType, sizeBytes });
  }

  async confirmUpload(stepId: string, assetId = "") {
    const request = { ...this.ids, stepId, assetId };
    return this.playedOf(await this.backend.calls.confirmUpload(request));
  }

  async signedUrl(assetId: string) {
    return (await this.backend.calls.getDownloadUrl({ ...this.ids, assetId })).url;
  }

  async shortAddress() {
    return location.origin + (await this.backend.calls.createShare(this.ids)).path;
  }

  picture() {
    return new JobPicture(this.backend, this.ids);
  }

  private playedOf(session: Session): PlayedSession {
    if (session.updatedAt >= this.latest.updatedAt) this.latest = session;
    return { ...session, currentStepIndex: shownIndex(this.shown, session.currentStepIndex) };
  }
}

/** The picture of a completed main session, as the session and its job show it. */
export class JobPicture implements PictureSource {
  private session: Session | null = null;
  private job: Job | null = null;

  constructor(
    private readonly backend: Backend,
    private readonly ids: Ids,
  ) {}

  current(): Picture {
    return pictureOf(this.session, this.job);
  }

  async read(): Promise<void> {
    const { calls } = this.backend;
    this.session = (await calls.getSession(this.ids)).session;
    const { jobId } = this.session;
    if (jobId) this.job = await calls.getJob({ projectId: this.ids.projectId, jobId });
  }

  async listen(changed: () => void, onLost: () => void): Promise<Stop> {
    const live = await import("../live.ts");
    const { projectId, sessionId } = this.ids;
    let stopJob: Stop | null = null;
    let isStopped = false;
    const onJob = (job: Job) => {
      this.job = job;
      changed();
    };
    const onSession = (session: Session) => {
      this.session = session;
      changed();
      if (!session.jobId || stopJob || isStopped) return;
      stopJob = live.watchJob(this.backend, projectId, session.jobId, onJob, onLost);
    };
    const stopSession = live.watchSession(this.backend, projectId, sessionId, onSession, onLost);
    return () => {
      isStopped = true;
      stopSession();
      stopJob?.();
    };
  }

  async start(): Promise<void> {
    if (this.job || this.session?.jobId) return;
    this.job = await this.backend.calls.startTransform(this.ids);
  }

  async retry(): Promise<void> {
    this.take(await this.backend.calls.retryTransform(this.ids));
  }

  readonly cancel = async (): Promise<void> => {
    this.take(await this.backend.calls.cancelTransform(this.ids));
  };

  private take(job: Job): void {
    this.job = job;
    // Until the listener reports a newer session, its older status must not outweigh the job's.
    if (this.session) this.session = { ...this.session, jobStatus: job.status };
  }
}
