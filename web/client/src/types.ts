// Written by `make client` from the functions' models. Do not edit.

export type StepDefinition =
  | InfoStepDefinition
  | ExperiencePickerStepDefinition
  | CaptureStepDefinition
  | ShortTextStepDefinition
  | LongTextStepDefinition
  | MultipleChoiceStepDefinition
  | YesNoStepDefinition
  | OpinionScaleStepDefinition
  | EmailStepDefinition
  | ProcessingStepDefinition
  | RewardStepDefinition;
export type Step =
  | InfoStep
  | ExperiencePickerStep
  | CaptureStep
  | ShortTextStep
  | LongTextStep
  | MultipleChoiceStep
  | YesNoStep
  | OpinionScaleStep
  | EmailStep
  | ProcessingStep
  | RewardStep;
/**
 * What a member may do. Each role may do all that the ones before it may.
 *
 * An attendant looks after the guests of an evening: retries and cancels transforms, and revokes
 * shares, but configures nothing.
 */
export type Role = "viewer" | "attendant" | "editor" | "admin" | "owner";
/**
 * The state of a run.
 */
export type RunStatus = "queued" | "running" | "completed" | "failed" | "cancelled";
/**
 * The state of a step.
 */
export type StepStatus = "pending" | "running" | "completed" | "skipped" | "failed";
/**
 * Guests can visit a live project and no other.
 */
export type ProjectStatus = "draft" | "live" | "archived" | "deleted";
/**
 * What a guest's page shows.
 */
export type VisitPhase = "welcome" | "pregate" | "main" | "preshare" | "share";
/**
 * A guest's own visit, or an operator's preview of one.
 */
export type Mode = "preview" | "guest";
/**
 * The part of a visit that a session belongs to.
 */
export type Phase = "pregate" | "main" | "preshare";
/**
 * `active` is where every session starts; the other three are ends.
 */
export type SessionStatus = "active" | "completed" | "abandoned" | "error";
/**
 * Where the transform of a session stands.
 */
export type JobStatus = "pending" | "running" | "completed" | "failed" | "cancelled";
/**
 * Guests can begin a session in a live event and in no other.
 */
export type EventStatus = "draft" | "live" | "archived";
/**
 * Why a job failed; clients may switch on it.
 */
export type JobErrorCode =
  | "INVALID_INPUT"
  | "QUOTA_EXCEEDED"
  | "PROVIDER_ERROR"
  | "SAFETY_FILTERED"
  | "PROCESSING_FAILED"
  | "STORAGE_ERROR"
  | "TIMEOUT"
  | "CANCELLED"
  | "UNKNOWN";
/**
 * Where an event session stands; `moves` has the ways from one state to another.
 */
export type SessionState = "created" | "captured" | "transforming" | "ready" | "error";
/**
 * What a board ranks by.
 */
export type Metric = "xp" | "distanceMeters" | "completion" | "fastestCompletion";
/**
 * What a board counts over: everything, or one day, ISO week or month.
 */
export type Period = "all" | "day" | "week" | "month";
/**
 * A code that is redeemed anywhere, or a thing that is handed out.
 */
export type PrizeKind = "code" | "physical";
/**
 * Whether the server makes the codes of a prize, or operators upload them.
 */
export type Codes = "generated" | "uploaded";
/**
 * What counts as one person.
 */
export type Person = "uid" | "session" | "ticket";
/**
 * Where a campaign is in its life: see `life_cycle`.
 */
export type CampaignStatus = "draft" | "generating" | "live" | "failed" | "archived";
/**
 * What became of a play: nothing was won, or what happened to the claim.
 */
export type PlayStatus = "lost" | "won" | "redeemed" | "voided";
/**
 * Why a prize that was drawn was not awarded.
 */
export type Denied = "sold_out" | "per_day" | "wins";
/**
 * What is generated.
 */
export type GenerationType = "plan" | "copy" | "theme_brief" | "theme_image";
/**
 * How far it is. Only `pending` changes.
 */
export type GenerationStatus = "pending" | "completed" | "failed";
/**
 * Who wrote a message.
 */
export type MessageRole = "user" | "assistant";
/**
 * How far a message is. Only `streaming` changes.
 */
export type MessageStatus = "streaming" | "complete" | "failed" | "stopped";
/**
 * What became of a proposal. Only `open` changes.
 */
export type ProposalStatus = "open" | "confirmed" | "failed";

/**
 * Everything that web clients and the functions agree on.
 */
export interface Contract {
  callables: Callables;
  documents: Documents;
  reasons: Reasons;
}
/**
 * Every callable: its request, its response, and the reasons for its refusals.
 */
export interface Callables {
  /**
   * Create an experience or change its draft; editors.
   */
  saveExperience: {
    request: SaveExperience;
    response: Experience;
    refuses:
      | "workspace_not_found"
      | "experience_not_found"
      | "role_required"
      | "version_conflict"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Make the draft what guests get from now on; editors.
   */
  publishExperience: {
    request: PublishExperience;
    response: Experience;
    refuses:
      | "workspace_not_found"
      | "experience_not_found"
      | "role_required"
      | "experience_deleted"
      | "experience_empty"
      | "version_conflict"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Change the workspace's name or limit, delete it or restore it; owners.
   */
  saveWorkspace: {
    request: SaveWorkspace;
    response: Workspace;
    refuses:
      | "workspace_not_found"
      | "role_required"
      | "version_conflict"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Give, change or take a role in the workspace; admins.
   */
  setMember: {
    request: SetMember;
    response: Membership;
    refuses:
      | "workspace_not_found"
      | "role_required"
      | "last_owner"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * The workspace's experiences, the newest first; members.
   */
  listExperiences: {
    request: ListExperiences;
    response: PageOfExperience;
    refuses:
      | "workspace_not_found"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Start a workflow, or update the result of an earlier run; editors.
   */
  startRun: {
    request: StartRun;
    response: RunView;
    refuses:
      | "workspace_not_found"
      | "workflow_not_found"
      | "run_not_found"
      | "role_required"
      | "other_workflow"
      | "run_not_ended"
      | "request_id_reused"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * A run, its steps, their costs, and its timeline; members.
   */
  getRun: {
    request: GetRun;
    response: CostedRunView;
    refuses:
      | "run_not_found"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * The workspace's runs, newest first; members.
   */
  listRuns: {
    request: ListRuns;
    response: PageOfRunSummary;
    refuses:
      | "workspace_not_found"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Cancel a run; cancelling it twice returns the same; editors.
   */
  cancelRun: {
    request: CancelRun;
    response: RunView;
    refuses:
      | "run_not_found"
      | "role_required"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Retry a failed or cancelled run from what did not succeed; editors.
   */
  retryRun: {
    request: RetryRun;
    response: RunView;
    refuses:
      | "run_not_found"
      | "role_required"
      | "run_not_retryable"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * A URL for the bytes of a run's artifact; members.
   */
  getArtifactUrl: {
    request: GetArtifactUrl;
    response: ArtifactUrl;
    refuses:
      | "artifact_not_found"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * What a guest's page needs to know about a project before anything happens.
   */
  getProject: {
    request: GetProject;
    response: ProjectPage;
    refuses:
      | "project_not_found"
      | "project_not_live"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Create a project or change its draft, name or status; editors.
   */
  saveProject: {
    request: SaveProject;
    response: Project;
    refuses:
      | "workspace_not_found"
      | "project_not_found"
      | "role_required"
      | "project_not_published"
      | "project_id_taken"
      | "version_conflict"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Make the draft what guests get from now on; editors.
   */
  publishProject: {
    request: PublishProject;
    response: Project;
    refuses:
      | "project_not_found"
      | "role_required"
      | "experiences_unavailable"
      | "version_conflict"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * The workspace's projects, the newest first; members.
   */
  listProjects: {
    request: ListProjects;
    response: PageOfProject;
    refuses:
      | "workspace_not_found"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Register the signed-in visitor as a guest of a project; safe to call at every start.
   */
  ensureGuest: {
    request: EnsureGuest;
    response: Guest;
    refuses:
      | "project_not_found"
      | "project_not_live"
      | "consent_required"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * The caller as a guest: what they completed and what they are in.
   */
  getGuest: {
    request: GetGuest;
    response: Guest;
    refuses:
      | "guest_not_found"
      | "project_not_found"
      | "project_not_live"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * The project's guests, the newest first; members.
   */
  listGuests: {
    request: ListGuests;
    response: PageOfGuest;
    refuses:
      | "project_not_found"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Where the guest goes next: welcome, pregate, main, preshare or share.
   */
  getNextPhase: {
    request: GetNextPhase;
    response: NextPhase;
    refuses:
      | "project_not_found"
      | "project_not_live"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Begin an experience, or come back to the session of it that is still active.
   */
  createSession: {
    request: CreateSession;
    response: SessionWithSteps;
    refuses:
      | "project_not_found"
      | "main_session_not_found"
      | "session_not_found"
      | "experience_not_found"
      | "experience_version_not_found"
      | "role_required"
      | "project_not_live"
      | "guest_required"
      | "consent_required"
      | "experience_unavailable"
      | "pregate_required"
      | "request_id_reused"
      | "rate_limited"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * A session with its steps, for its guest and for the operators of its workspace.
   */
  getSession: {
    request: GetSession;
    response: SessionWithSteps;
    refuses:
      | "session_not_found"
      | "experience_not_found"
      | "experience_version_not_found"
      | "project_not_found"
      | "project_not_live"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Keep answers and position of an active session; merges by step, so tabs cannot collide.
   */
  updateSessionProgress: {
    request: UpdateSessionProgress;
    response: SessionView;
    refuses:
      | "session_not_found"
      | "experience_not_found"
      | "experience_version_not_found"
      | "role_required"
      | "session_not_active"
      | "project_not_found"
      | "project_not_live"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * End a session and learn where to go next; completing twice returns the same.
   */
  completeSession: {
    request: CompleteSession;
    response: CompletedSession;
    refuses:
      | "session_not_found"
      | "experience_not_found"
      | "experience_version_not_found"
      | "role_required"
      | "guest_not_found"
      | "project_not_found"
      | "session_not_active"
      | "steps_incomplete"
      | "project_not_live"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * A main session with the pregate and the preshare that belong to it.
   */
  getJourneySessions: {
    request: GetJourneySessions;
    response: JourneySessions;
    refuses:
      | "session_not_found"
      | "main_session_not_found"
      | "project_not_found"
      | "project_not_live"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Abandon a session, to start over; abandoning twice returns the same.
   */
  abandonSession: {
    request: AbandonSession;
    response: SessionView;
    refuses:
      | "session_not_found"
      | "session_not_active"
      | "project_not_found"
      | "project_not_live"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Record that the client cannot continue a session; failing twice returns the same.
   */
  failSession: {
    request: FailSession;
    response: SessionView;
    refuses:
      | "session_not_found"
      | "session_not_active"
      | "project_not_found"
      | "project_not_live"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * A project's sessions, the newest first; members of its workspace.
   */
  listSessions: {
    request: ListSessions;
    response: PageOfSessionView;
    refuses:
      | "project_not_found"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * What a guest completed, each with its session, the newest first.
   */
  getGuestHistory: {
    request: GetGuestHistory;
    response: PageOfHistoryEntry;
    refuses:
      | "project_not_found"
      | "guest_not_found"
      | "project_not_live"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Create an event or change it; editors.
   */
  saveEvent: {
    request: SaveEvent;
    response: Event;
    refuses:
      | "workspace_not_found"
      | "event_not_found"
      | "role_required"
      | "event_id_taken"
      | "version_conflict"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Create a journey of an event or change it; editors.
   */
  saveJourney: {
    request: SaveJourney;
    response: Journey;
    refuses:
      | "event_not_found"
      | "journey_not_found"
      | "role_required"
      | "steps_missing"
      | "journey_active"
      | "journey_empty"
      | "version_conflict"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Create a step of an event or change it; editors.
   */
  saveStep: {
    request: SaveStep;
    response: SavedStep;
    refuses:
      | "event_not_found"
      | "step_not_found"
      | "role_required"
      | "experiences_unavailable"
      | "version_conflict"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Choose the journey that the event's next sessions go through; editors.
   */
  setActiveJourney: {
    request: SetActiveJourney;
    response: Event;
    refuses:
      | "event_not_found"
      | "journey_not_found"
      | "role_required"
      | "journey_deleted"
      | "journey_empty"
      | "steps_missing"
      | "version_conflict"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Create an experience of events or change it; editors.
   */
  saveEventExperience: {
    request: SaveEventExperience;
    response: EventExperience;
    refuses:
      | "workspace_not_found"
      | "experience_not_found"
      | "role_required"
      | "experience_id_taken"
      | "version_conflict"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * The workspace's events, the newest first; members.
   */
  listEvents: {
    request: ListEvents;
    response: PageOfEvent;
    refuses:
      | "workspace_not_found"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * An address to which one file of a declared type and size can be uploaded, once.
   */
  createUpload: {
    request: CreateUpload;
    response: Upload;
    refuses:
      | "session_not_found"
      | "guest_not_found"
      | "experience_not_found"
      | "experience_version_not_found"
      | "role_required"
      | "session_not_active"
      | "unsupported_media"
      | "rate_limited"
      | "project_not_found"
      | "project_not_live"
      | "contention"
      | "app_check_consumed"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Put an uploaded file into the session, if it is what it says.
   */
  confirmUpload: {
    request: ConfirmUpload;
    response: SessionView;
    refuses:
      | "session_not_found"
      | "experience_not_found"
      | "experience_version_not_found"
      | "role_required"
      | "session_not_active"
      | "upload_missing"
      | "unsupported_media"
      | "upload_too_large"
      | "upload_type_mismatch"
      | "upload_damaged"
      | "upload_too_many_pixels"
      | "project_not_found"
      | "project_not_live"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * A signed address of one of the session's files.
   */
  getDownloadUrl: {
    request: GetDownloadUrl;
    response: Download;
    refuses:
      | "session_not_found"
      | "asset_not_found"
      | "project_not_found"
      | "project_not_live"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Where a transform stands, for its guest and for the operators of its workspace.
   */
  getJob: {
    request: GetJob;
    response: Job;
    refuses:
      | "job_not_found"
      | "project_not_found"
      | "project_not_live"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * The transform of a completed main session, started if it has not been.
   */
  startTransform: {
    request: StartTransform;
    response: Job;
    refuses:
      | "session_not_found"
      | "experience_not_found"
      | "experience_version_not_found"
      | "role_required"
      | "job_not_found"
      | "guest_not_found"
      | "project_not_found"
      | "session_not_completed"
      | "no_transform"
      | "no_capture"
      | "rate_limited"
      | "daily_limit_reached"
      | "guest_daily_limit_reached"
      | "project_not_live"
      | "contention"
      | "app_check_consumed"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Try a failed or cancelled transform again; its guest, and attendants.
   */
  retryTransform: {
    request: RetryTransform;
    response: Job;
    refuses:
      | "session_not_found"
      | "project_not_found"
      | "guest_not_found"
      | "job_not_found"
      | "role_required"
      | "job_not_retryable"
      | "rate_limited"
      | "daily_limit_reached"
      | "guest_daily_limit_reached"
      | "project_not_live"
      | "contention"
      | "app_check_consumed"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Cancel a waiting or running transform; cancelling twice returns the same; attendants too.
   */
  cancelTransform: {
    request: CancelTransform;
    response: Job;
    refuses:
      | "session_not_found"
      | "project_not_found"
      | "guest_not_found"
      | "job_not_found"
      | "role_required"
      | "job_not_cancellable"
      | "project_not_live"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Begin a session of a live event, at the first step of its journey.
   */
  startJourney: {
    request: StartJourney;
    response: JourneySession;
    refuses:
      | "event_not_found"
      | "event_not_live"
      | "consent_required"
      | "request_id_reused"
      | "rate_limited"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * A session with its steps, for its guest and for the members of the event's workspace.
   */
  getEventSession: {
    request: GetEventSession;
    response: JourneySession;
    refuses:
      | "session_not_found"
      | "event_not_found"
      | "event_not_live"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Keep what a guest put into one step, and touch no other.
   */
  saveStepInput: {
    request: SaveStepInput;
    response: EventSessionView;
    refuses:
      | "session_not_found"
      | "event_not_found"
      | "event_not_live"
      | "no_journey"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Go back to any step, or forward past answered required ones.
   */
  goToStep: {
    request: GoToStep;
    response: EventSessionView;
    refuses:
      | "session_not_found"
      | "event_not_found"
      | "event_not_live"
      | "no_journey"
      | "steps_incomplete"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * An address to which the session's photo can be uploaded once, in place of the one there.
   */
  createCaptureUpload: {
    request: CreateCaptureUpload;
    response: SignedUpload;
    refuses:
      | "session_not_found"
      | "event_not_found"
      | "event_not_live"
      | "no_journey"
      | "move_not_allowed"
      | "unsupported_media"
      | "rate_limited"
      | "contention"
      | "app_check_consumed"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Make the uploaded file the session's photo, if it is what it says.
   */
  saveCapture: {
    request: SaveCapture;
    response: EventSessionView;
    refuses:
      | "session_not_found"
      | "event_not_found"
      | "event_not_live"
      | "no_journey"
      | "move_not_allowed"
      | "upload_missing"
      | "unsupported_media"
      | "upload_too_large"
      | "upload_type_mismatch"
      | "upload_damaged"
      | "upload_too_many_pixels"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * The event's sessions, the newest first; members.
   */
  listEventSessions: {
    request: ListEventSessions;
    response: PageOfEventSessionView;
    refuses:
      | "event_not_found"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Begin the transform of a captured photo, once while it runs; its guest, and attendants.
   */
  triggerTransform: {
    request: TriggerTransform;
    response: EventSessionView;
    refuses:
      | "session_not_found"
      | "event_not_found"
      | "experience_not_found"
      | "role_required"
      | "event_not_live"
      | "move_not_allowed"
      | "no_experience"
      | "no_transform"
      | "rate_limited"
      | "daily_limit_reached"
      | "guest_daily_limit_reached"
      | "contention"
      | "app_check_consumed"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Go on after an error, with the photo if it still stands; its guest, and attendants.
   */
  retryJourney: {
    request: RetryJourney;
    response: EventSessionView;
    refuses:
      | "session_not_found"
      | "event_not_found"
      | "role_required"
      | "event_not_live"
      | "move_not_allowed"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Give the picture of a session a short address, or return the one that it has.
   */
  createShare: {
    request: CreateShare;
    response: ShareView;
    refuses:
      | "session_not_found"
      | "role_required"
      | "no_result"
      | "project_not_found"
      | "project_not_live"
      | "event_not_found"
      | "event_not_live"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * What a short address leads to, for the guest whose picture it is and nobody else.
   */
  getShare: {
    request: GetShare;
    response: ShareView;
    refuses:
      | "share_not_found"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Give the picture a new address; every one that was handed out before ends; attendants too.
   */
  revokeShare: {
    request: RevokeShare;
    response: SessionView;
    refuses:
      | "session_not_found"
      | "job_not_found"
      | "role_required"
      | "no_result"
      | "project_not_found"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * As `revokeShare`, for the picture of an event's session; attendants too.
   */
  revokeEventShare: {
    request: RevokeEventShare;
    response: EventSessionView;
    refuses:
      | "session_not_found"
      | "event_not_found"
      | "role_required"
      | "no_result"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Erase the caller as a player, for good: nothing is kept of them any more.
   */
  erasePlayer: {
    request: ErasePlayer;
    response: PlayerErasure;
    refuses:
      | "player_merged"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * All that is stored about the caller as a player, as a file to download.
   */
  exportPlayerData: {
    request: ExportPlayerData;
    response: PlayerExport;
    refuses:
      | "player_not_found"
      | "export_too_large"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Make an anonymous player a part of the caller, for good.
   */
  mergePlayer: {
    request: MergePlayer;
    response: PlayerProfile;
    refuses:
      | "player_erased"
      | "player_merged"
      | "progress_full"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * The first hundred of an experience and the caller's own place; everybody who is signed in.
   */
  getLeaderboard: {
    request: GetLeaderboard;
    response: Leaderboard;
    refuses:
      | "experience_not_found"
      | "experience_version_not_found"
      | "experience_unavailable"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Visits, average times and unique visitors of each content in a window of days; viewers.
   */
  getContentAnalytics: {
    request: GetContentAnalytics;
    response: ContentAnalytics;
    refuses:
      | "workspace_not_found"
      | "experience_not_found"
      | "role_required"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Events within a radius of a position, the newest first; viewers.
   */
  findEventsNear: {
    request: FindEventsNear;
    response: PageOfNearEvent;
    refuses:
      | "workspace_not_found"
      | "role_required"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Recompute a player's progress from the log, and report each drift: there is none.
   */
  auditProgress: {
    request: AuditProgress;
    response: ProgressAudit;
    refuses:
      | "workspace_not_found"
      | "progress_not_found"
      | "experience_version_not_found"
      | "role_required"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * The experience's players, by when they last played or how far they came; members.
   */
  listProgress: {
    request: ListProgress;
    response: PageOfProgressSummary;
    refuses:
      | "workspace_not_found"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * What the experience's players did, the newest first; members.
   */
  listProgressEvents: {
    request: ListProgressEvents;
    response: PageOfProgressEventView;
    refuses:
      | "workspace_not_found"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Count what a player did, once however often it is sent, with all that follows from it.
   */
  trackProgressEvents: {
    request: TrackProgressEvents;
    response: TrackedProgress;
    refuses:
      | "experience_not_found"
      | "experience_version_not_found"
      | "experience_unavailable"
      | "player_erased"
      | "player_merged"
      | "rate_limited"
      | "progress_full"
      | "contention"
      | "workspace_not_found"
      | "progress_not_found"
      | "role_required"
      | "server_only_event"
      | "request_id_reused"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Add, remove and set items that the caller holds, all of it or nothing.
   */
  updateInventory: {
    request: UpdateInventory;
    response: ProgressView;
    refuses:
      | "experience_not_found"
      | "experience_version_not_found"
      | "experience_unavailable"
      | "player_erased"
      | "player_merged"
      | "rate_limited"
      | "progress_full"
      | "contention"
      | "not_enough_items"
      | "server_only_event"
      | "version_conflict"
      | "request_id_reused"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Say where the caller is; the distance counts unless it is impossibly fast.
   */
  updateLocation: {
    request: UpdateLocation;
    response: ProgressView;
    refuses:
      | "experience_not_found"
      | "experience_version_not_found"
      | "experience_unavailable"
      | "player_erased"
      | "player_merged"
      | "rate_limited"
      | "progress_full"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * The caller across all experiences.
   */
  getPlayerProfile: {
    request: GetPlayerProfile;
    response: PlayerProfile;
    refuses:
      | "player_not_found"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Change the caller's preferences.
   */
  updatePreferences: {
    request: UpdatePreferences;
    response: PlayerProfile;
    refuses:
      | "player_erased"
      | "player_merged"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Choose what the boards of an experience show of the caller.
   */
  setNickname: {
    request: SetNickname;
    response: ProgressView;
    refuses:
      | "progress_not_found"
      | "experience_unavailable"
      | "player_merged"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * The caller's progress in an experience; for members that of any player.
   */
  getExperienceProgress: {
    request: GetExperienceProgress;
    response: ProgressView;
    refuses:
      | "progress_not_found"
      | "role_required"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * The caller's progress in all experiences, the newest first.
   */
  listExperienceProgress: {
    request: ListExperienceProgress;
    response: PageOfProgressView;
    refuses:
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Save anything in one of ten slots of an experience.
   */
  saveState: {
    request: SaveState;
    response: SavedStateView;
    refuses:
      | "progress_not_found"
      | "experience_unavailable"
      | "player_erased"
      | "player_merged"
      | "version_conflict"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * What the caller saved in a slot of an experience.
   */
  getState: {
    request: GetState;
    response: SavedStateView;
    refuses:
      | "save_not_found"
      | "progress_not_found"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Create a draft of a campaign; editors.
   */
  createCampaign: {
    request: CreateCampaign;
    response: CampaignView;
    refuses:
      | "workspace_not_found"
      | "role_required"
      | "request_id_reused"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Change a campaign's name and config; editors.
   */
  updateCampaign: {
    request: UpdateCampaign;
    response: CampaignView;
    refuses:
      | "workspace_not_found"
      | "campaign_not_found"
      | "role_required"
      | "version_conflict"
      | "contention"
      | "campaign_incomplete"
      | "campaign_id_taken"
      | "campaign_secret_missing"
      | "stock_awarded"
      | "too_many_draws"
      | "campaign_deleted"
      | "campaign_closed"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Build a campaign; while a build runs, the same one; editors.
   */
  generateCampaign: {
    request: GenerateCampaign;
    response: GeneratedCampaign;
    refuses:
      | "workspace_not_found"
      | "campaign_not_found"
      | "role_required"
      | "version_conflict"
      | "contention"
      | "campaign_status"
      | "campaign_deleted"
      | "campaign_closed"
      | "campaign_incomplete"
      | "campaign_secret_missing"
      | "model_not_configured"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * The HTML that shows a campaign within another page; members.
   */
  getEmbedCode: {
    request: GetEmbedCode;
    response: EmbedCode;
    refuses:
      | "workspace_not_found"
      | "campaign_not_found"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Take a live campaign off; editors.
   */
  archiveCampaign: {
    request: ArchiveCampaign;
    response: CampaignView;
    refuses:
      | "workspace_not_found"
      | "campaign_not_found"
      | "role_required"
      | "version_conflict"
      | "contention"
      | "campaign_status"
      | "campaign_deleted"
      | "campaign_closed"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Make an archived campaign live again; editors.
   */
  restoreCampaign: {
    request: RestoreCampaign;
    response: CampaignView;
    refuses:
      | "workspace_not_found"
      | "campaign_not_found"
      | "role_required"
      | "version_conflict"
      | "contention"
      | "campaign_incomplete"
      | "campaign_id_taken"
      | "campaign_secret_missing"
      | "stock_awarded"
      | "too_many_draws"
      | "campaign_status"
      | "campaign_deleted"
      | "campaign_closed"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Delete a campaign; nothing of it is lost; editors.
   */
  deleteCampaign: {
    request: DeleteCampaign;
    response: CampaignView;
    refuses:
      | "workspace_not_found"
      | "campaign_not_found"
      | "role_required"
      | "version_conflict"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Bring a deleted campaign back; editors.
   */
  undeleteCampaign: {
    request: UndeleteCampaign;
    response: CampaignView;
    refuses:
      | "workspace_not_found"
      | "campaign_not_found"
      | "role_required"
      | "version_conflict"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * A campaign, a deleted one too; members.
   */
  getCampaign: {
    request: GetCampaign;
    response: CampaignView;
    refuses:
      | "workspace_not_found"
      | "campaign_not_found"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * The workspace's campaigns, the newest first, or by name under a prefix; members.
   */
  listCampaigns: {
    request: ListCampaigns;
    response: PageOfCampaignView;
    refuses:
      | "workspace_not_found"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * End playing for good, and reveal the draws' seeds two minutes later; admins.
   */
  closeCampaign: {
    request: CloseCampaign;
    response: CampaignView;
    refuses:
      | "workspace_not_found"
      | "campaign_not_found"
      | "role_required"
      | "version_conflict"
      | "contention"
      | "campaign_status"
      | "campaign_deleted"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Play once; asked again, it is the same play with the same claim.
   */
  playCampaign: {
    request: PlayCampaign;
    response: PlayResult;
    refuses:
      | "campaign_not_found"
      | "campaign_secret_missing"
      | "not_open"
      | "closed"
      | "terms_required"
      | "limit_reached"
      | "session_required"
      | "ticket_invalid"
      | "ticket_revoked"
      | "contention"
      | "app_check_consumed"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * One of the caller's own plays, with its claim.
   */
  getPlay: {
    request: GetPlay;
    response: PlayResult;
    refuses:
      | "play_not_found"
      | "campaign_not_found"
      | "campaign_secret_missing"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * The plays of a campaign, the newest first; members.
   */
  listPlays: {
    request: ListPlays;
    response: PageOfPlayView;
    refuses:
      | "workspace_not_found"
      | "campaign_not_found"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * All plays of a campaign as a file to download; editors.
   */
  exportPlays: {
    request: ExportPlays;
    response: PlaysExport;
    refuses:
      | "workspace_not_found"
      | "role_required"
      | "campaign_not_found"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * How many played, won, redeemed and were voided, by day and prize; members.
   */
  getCampaignFunnel: {
    request: GetCampaignFunnel;
    response: CampaignFunnel;
    refuses:
      | "workspace_not_found"
      | "campaign_not_found"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Hand out what a code has won, once; attendants.
   */
  redeemClaim: {
    request: RedeemClaim;
    response: RedeemedClaim;
    refuses:
      | "workspace_not_found"
      | "role_required"
      | "campaign_not_found"
      | "claim_not_found"
      | "already_redeemed"
      | "claim_voided"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Take a claim back, so that its unit can be won again; editors.
   */
  voidClaim: {
    request: VoidClaim;
    response: PlayView;
    refuses:
      | "workspace_not_found"
      | "role_required"
      | "campaign_not_found"
      | "play_not_found"
      | "already_redeemed"
      | "nothing_won"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Make a batch of tickets, under its requestId the same again; editors.
   */
  createTickets: {
    request: CreateTickets;
    response: Tickets;
    refuses:
      | "workspace_not_found"
      | "role_required"
      | "campaign_not_found"
      | "campaign_secret_missing"
      | "request_id_reused"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Make a batch of tickets invalid; editors.
   */
  revokeTickets: {
    request: RevokeTickets;
    response: RevokedBatches;
    refuses:
      | "workspace_not_found"
      | "role_required"
      | "campaign_not_found"
      | "ticket_batch_not_found"
      | "too_many_revoked"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Add codes to a prize; editors.
   */
  uploadCodes: {
    request: UploadCodes;
    response: UploadedCodes;
    refuses:
      | "workspace_not_found"
      | "role_required"
      | "campaign_not_found"
      | "prize_not_found"
      | "codes_generated"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Have a language model make a plan, copy or a theme after a brief; editors.
   */
  createAiGeneration: {
    request: CreateAiGeneration;
    response: AiGenerationView;
    refuses:
      | "workspace_not_found"
      | "campaign_not_found"
      | "role_required"
      | "request_id_reused"
      | "campaign_deleted"
      | "campaign_closed"
      | "model_not_configured"
      | "token_budget"
      | "contention"
      | "app_check_consumed"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Apply what was generated to its campaign, or create one of a plan; editors.
   */
  acceptAiGeneration: {
    request: AcceptAiGeneration;
    response: AiGenerationView;
    refuses:
      | "workspace_not_found"
      | "ai_generation_not_found"
      | "role_required"
      | "generation_status"
      | "contention"
      | "version_conflict"
      | "generation_has_no_campaign"
      | "campaign_not_found"
      | "campaign_deleted"
      | "campaign_closed"
      | "campaign_incomplete"
      | "campaign_id_taken"
      | "campaign_secret_missing"
      | "stock_awarded"
      | "too_many_draws"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Say no to what was generated, until it is accepted after all; editors.
   */
  rejectAiGeneration: {
    request: RejectAiGeneration;
    response: AiGenerationView;
    refuses:
      | "workspace_not_found"
      | "ai_generation_not_found"
      | "role_required"
      | "generation_status"
      | "contention"
      | "generation_accepted"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * A generation with its output; members.
   */
  getAiGeneration: {
    request: GetAiGeneration;
    response: AiGenerationView;
    refuses:
      | "workspace_not_found"
      | "ai_generation_not_found"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * The workspace's generations, the newest first; members.
   */
  listAiGenerations: {
    request: ListAiGenerations;
    response: PageOfAiGenerationView;
    refuses:
      | "workspace_not_found"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Say something to the assistant, which streams what it says to it; members.
   */
  sendChatMessage: {
    request: SendChatMessage;
    response: ChatSent;
    refuses:
      | "workspace_not_found"
      | "chat_session_not_found"
      | "chat_busy"
      | "request_id_reused"
      | "model_not_configured"
      | "token_budget"
      | "contention"
      | "app_check_consumed"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
    chunk: ChatDelta;
  };
  /**
   * Have the assistant write no more of a message; its user.
   */
  stopChatMessage: {
    request: StopChatMessage;
    response: ChatMessageView;
    refuses:
      | "workspace_not_found"
      | "chat_session_not_found"
      | "chat_message_not_found"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Carry out what the assistant proposed, once; its user, with the role that it needs.
   */
  confirmProposal: {
    request: ConfirmProposal;
    response: ChatMessageView;
    refuses:
      | "workspace_not_found"
      | "chat_session_not_found"
      | "chat_message_not_found"
      | "proposal_not_found"
      | "proposal_expired"
      | "proposal_failed"
      | "role_required"
      | "version_conflict"
      | "run_not_found"
      | "campaign_not_found"
      | "campaign_status"
      | "campaign_deleted"
      | "campaign_closed"
      | "campaign_incomplete"
      | "campaign_secret_missing"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * The caller's own sessions, the one that was last written to first; members.
   */
  listChatSessions: {
    request: ListChatSessions;
    response: PageOfChatSessionView;
    refuses:
      | "workspace_not_found"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * The messages of a session, the oldest first; its user.
   */
  getChatMessages: {
    request: GetChatMessages;
    response: PageOfChatMessageView;
    refuses:
      | "workspace_not_found"
      | "chat_session_not_found"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Give a session another title; its user.
   */
  renameChatSession: {
    request: RenameChatSession;
    response: ChatSessionView;
    refuses:
      | "workspace_not_found"
      | "chat_session_not_found"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Delete a session with all its messages; its user.
   */
  deleteChatSession: {
    request: DeleteChatSession;
    response: ChatSessionDeleted;
    refuses:
      | "workspace_not_found"
      | "chat_session_not_found"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
  /**
   * Erase a guest with everything of theirs, at once: the guest, or an admin for them.
   */
  eraseGuest: {
    request: EraseGuest;
    response: Erasure;
    refuses:
      | "project_not_found"
      | "event_not_found"
      | "guest_not_found"
      | "role_required"
      | "contention"
      | "unauthenticated"
      | "app_check_required"
      | "app_check_unavailable"
      | "malformed_request"
      | "request_too_large"
      | "invalid_request"
      | "internal";
  };
}
/**
 * Create an experience, or change its name, status or draft.
 *
 * `expectedVersion` is the `draftVersion` that the change is made to, 0 to create. What is left
 * out stays as it is, at every depth of the draft that is an object. What is null there goes, and
 * a list is replaced.
 */
export interface SaveExperience {
  workspaceId: string;
  experienceId: string;
  expectedVersion: number;
  name?: string | null;
  status?: ("active" | "deleted") | null;
  draft?: AuthoredConfigPart | null;
}
/**
 * A draft as an author sends it: every step is checked, and nothing unknown is taken.
 */
export interface AuthoredConfigPart {
  steps?: StepDefinition[] | null;
  transform?: TransformDefinitionPart | null;
  progress?: AuthoredProgressRulesPart | null;
  translations?: {
    [k: string]: AuthoredExperienceTranslationPart | null;
  } | null;
}
/**
 * Something to read or to look at.
 */
export interface InfoStepDefinition {
  id: string;
  type: "info";
  title?: string;
  description?: string;
  mediaUrl?: string | null;
  mediaType?: ("image" | "gif" | "video" | "lottie") | null;
  ctaLabel?: string;
  config?: StepConfig;
  translations?: {
    [k: string]: StepTranslation;
  };
}
/**
 * What only steps of one type have; `info` has nothing.
 */
export interface StepConfig {}
/**
 * What a step says in another language. What is absent is taken from a nearer one.
 */
export interface StepTranslation {
  title?: string;
  description?: string;
  ctaLabel?: string;
}
/**
 * The choice of the experience that the photo is transformed with; it must be made.
 *
 * A journey keeps it as a plain string at `data.{variable}`.
 */
export interface ExperiencePickerStepDefinition {
  id: string;
  type: "experience-picker";
  title?: string;
  description?: string;
  mediaUrl?: string | null;
  mediaType?: ("image" | "gif" | "video" | "lottie") | null;
  ctaLabel?: string;
  config: ExperiencePickerConfigDefinition;
  translations?: {
    [k: string]: StepTranslation;
  };
}
export interface ExperiencePickerConfigDefinition {
  layout?: "grid" | "list" | "carousel";
  variable?: string;
  /**
   * @minItems 1
   * @maxItems 20
   */
  experienceIds: string[];
}
/**
 * The guest's photo, or a video if `allow_videos`; it must be taken.
 *
 * `source_variable` names the choice of experience.
 */
export interface CaptureStepDefinition {
  id: string;
  type: "capture";
  title?: string;
  description?: string;
  mediaUrl?: string | null;
  mediaType?: ("image" | "gif" | "video" | "lottie") | null;
  ctaLabel?: string;
  config?: CaptureConfigDefinition;
  translations?: {
    [k: string]: StepTranslation;
  };
}
export interface CaptureConfigDefinition {
  sourceVariable?: string;
  fallbackExperienceId?: string | null;
  allowVideos?: boolean;
}
/**
 * A question with an answer of one line.
 */
export interface ShortTextStepDefinition {
  id: string;
  type: "short_text";
  title?: string;
  description?: string;
  mediaUrl?: string | null;
  mediaType?: ("image" | "gif" | "video" | "lottie") | null;
  ctaLabel?: string;
  config?: ShortTextConfigDefinition;
  translations?: {
    [k: string]: TextTranslation;
  };
}
export interface ShortTextConfigDefinition {
  variable?: string | null;
  required?: boolean;
  placeholder?: string;
  maxLength?: number;
}
/**
 * What a question for words says in another language.
 */
export interface TextTranslation {
  title?: string;
  description?: string;
  ctaLabel?: string;
  placeholder?: string;
}
/**
 * A question with an answer of many lines.
 */
export interface LongTextStepDefinition {
  id: string;
  type: "long_text";
  title?: string;
  description?: string;
  mediaUrl?: string | null;
  mediaType?: ("image" | "gif" | "video" | "lottie") | null;
  ctaLabel?: string;
  config?: LongTextConfigDefinition;
  translations?: {
    [k: string]: TextTranslation;
  };
}
export interface LongTextConfigDefinition {
  variable?: string | null;
  required?: boolean;
  placeholder?: string;
  maxLength?: number;
}
/**
 * A question with prepared answers, one or (`allow_multiple`) several of which are chosen.
 *
 * Stored as the option's value, or as a list of values. "" and [] choose nothing.
 */
export interface MultipleChoiceStepDefinition {
  id: string;
  type: "multiple_choice";
  title?: string;
  description?: string;
  mediaUrl?: string | null;
  mediaType?: ("image" | "gif" | "video" | "lottie") | null;
  ctaLabel?: string;
  config: MultipleChoiceConfigDefinition;
  translations?: {
    [k: string]: MultipleChoiceTranslation;
  };
}
export interface MultipleChoiceConfigDefinition {
  variable?: string | null;
  required?: boolean;
  /**
   * @minItems 2
   * @maxItems 10
   */
  options: Option[];
  allowMultiple?: boolean;
}
/**
 * A possible answer: what the guest sees, and what is stored.
 */
export interface Option {
  label: string;
  value: string;
}
/**
 * What a choice says in another language. `options` has labels, by the value of the option.
 */
export interface MultipleChoiceTranslation {
  title?: string;
  description?: string;
  ctaLabel?: string;
  options?: {
    [k: string]: string;
  };
}
/**
 * A question with two answers; stored as true or false.
 */
export interface YesNoStepDefinition {
  id: string;
  type: "yes_no";
  title?: string;
  description?: string;
  mediaUrl?: string | null;
  mediaType?: ("image" | "gif" | "video" | "lottie") | null;
  ctaLabel?: string;
  config?: YesNoConfigDefinition;
  translations?: {
    [k: string]: YesNoTranslation;
  };
}
export interface YesNoConfigDefinition {
  variable?: string | null;
  required?: boolean;
  yesLabel?: string;
  noLabel?: string;
}
/**
 * What a question with two answers says in another language.
 */
export interface YesNoTranslation {
  title?: string;
  description?: string;
  ctaLabel?: string;
  yesLabel?: string;
  noLabel?: string;
}
/**
 * A question that is answered by a whole number on a scale.
 */
export interface OpinionScaleStepDefinition {
  id: string;
  type: "opinion_scale";
  title?: string;
  description?: string;
  mediaUrl?: string | null;
  mediaType?: ("image" | "gif" | "video" | "lottie") | null;
  ctaLabel?: string;
  config?: OpinionScaleConfigDefinition;
  translations?: {
    [k: string]: OpinionScaleTranslation;
  };
}
export interface OpinionScaleConfigDefinition {
  variable?: string | null;
  required?: boolean;
  scaleMin?: number;
  scaleMax?: number;
  minLabel?: string;
  maxLabel?: string;
}
/**
 * What a scale says in another language.
 */
export interface OpinionScaleTranslation {
  title?: string;
  description?: string;
  ctaLabel?: string;
  minLabel?: string;
  maxLabel?: string;
}
/**
 * The guest's email address.
 */
export interface EmailStepDefinition {
  id: string;
  type: "email";
  title?: string;
  description?: string;
  mediaUrl?: string | null;
  mediaType?: ("image" | "gif" | "video" | "lottie") | null;
  ctaLabel?: string;
  config?: EmailConfigDefinition;
  translations?: {
    [k: string]: EmailTranslation;
  };
}
export interface EmailConfigDefinition {
  variable?: string | null;
  required?: boolean;
  placeholder?: string;
}
/**
 * What a question for an address says in another language.
 */
export interface EmailTranslation {
  title?: string;
  description?: string;
  ctaLabel?: string;
  placeholder?: string;
}
/**
 * What a guest reads while the picture is made.
 */
export interface ProcessingStepDefinition {
  id: string;
  type: "processing";
  title?: string;
  description?: string;
  mediaUrl?: string | null;
  mediaType?: ("image" | "gif" | "video" | "lottie") | null;
  ctaLabel?: string;
  config: ProcessingConfigDefinition;
  translations?: {
    [k: string]: ProcessingTranslation;
  };
}
export interface ProcessingConfigDefinition {
  /**
   * @minItems 1
   * @maxItems 10
   */
  messages: string[];
  estimatedDuration?: number;
}
/**
 * What a guest reads meanwhile in another language: all the messages, or none.
 */
export interface ProcessingTranslation {
  title?: string;
  description?: string;
  ctaLabel?: string;
  /**
   * @minItems 1
   * @maxItems 10
   */
  messages?: string[];
}
/**
 * The finished picture, and the ways to take it along.
 */
export interface RewardStepDefinition {
  id: string;
  type: "reward";
  title?: string;
  description?: string;
  mediaUrl?: string | null;
  mediaType?: ("image" | "gif" | "video" | "lottie") | null;
  ctaLabel?: string;
  config?: RewardConfigDefinition;
  translations?: {
    [k: string]: StepTranslation;
  };
}
export interface RewardConfigDefinition {
  allowDownload?: boolean;
  allowSystemShare?: boolean;
  allowEmail?: boolean;
  /**
   * @maxItems 6
   */
  socials?: ("instagram" | "facebook" | "twitter" | "linkedin" | "tiktok" | "whatsapp")[];
}
/**
 * A transform as an author sends it.
 */
export interface TransformDefinitionPart {
  enabled?: boolean | null;
  workflow?: string | null;
  model?: string | null;
  prompt?: string | null;
  referenceImageUrls?: string[] | null;
  aspectRatio?: ("1:1" | "3:2" | "2:3" | "16:9" | "9:16") | null;
  style?: ("cartoon" | "sketch" | "posterize" | "duotone" | "pixelate" | "watercolor") | null;
  overlay?: OverlayDefinitionPart | null;
  output?: OutputDefinitionPart | null;
}
/**
 * An overlay as an author sends it.
 */
export interface OverlayDefinitionPart {
  path?: string | null;
}
/**
 * The file to make, as an author sends it.
 */
export interface OutputDefinitionPart {
  format?: ("png" | "jpeg" | "webp") | null;
  width?: number | null;
}
/**
 * Rules as an author sends them.
 */
export interface AuthoredProgressRulesPart {
  completion?: AuthoredCompletionPart | null;
  xp?: {
    [k: string]: number;
  } | null;
  levels?: number[] | null;
  achievements?: AuthoredAchievement[] | null;
  caps?: {
    [k: string]: number;
  } | null;
  serverOnly?: string[] | null;
  timeZone?: string | null;
}
/**
 * Weights as an author sends them.
 */
export interface AuthoredCompletionPart {
  waypoints?: {
    [k: string]: number;
  } | null;
  quests?: {
    [k: string]: number;
  } | null;
  items?: {
    [k: string]: number;
  } | null;
}
/**
 * An achievement as an author sends it.
 */
export interface AuthoredAchievement {
  id: string;
  counter: string;
  /**
   * @minItems 1
   * @maxItems 20
   */
  tiers: number[];
}
/**
 * A translation as an author sends it.
 */
export interface AuthoredExperienceTranslationPart {
  title?: string | null;
}
/**
 * `/workspaces/{w}/experiences/{id}`: the current draft and the latest published config.
 */
export interface Experience {
  id: string;
  workspaceId: string;
  name: string;
  status: "active" | "deleted";
  draft: ExperienceConfig;
  published: ExperienceConfig | null;
  draftVersion: number;
  publishedVersion: number | null;
  publishedAt: number | null;
  createdAt: number;
  updatedAt: number;
}
/**
 * What an experience consists of, as a draft or as published.
 *
 * `progress`: what it counts of its players; without rules it counts nothing by itself.
 */
export interface ExperienceConfig {
  /**
   * @maxItems 50
   */
  steps: Step[];
  transform: Transform | null;
  progress: ProgressRules | null;
  translations?: {
    [k: string]: ExperienceTranslation;
  };
}
/**
 * Something to read or to look at.
 */
export interface InfoStep {
  id: string;
  type: "info";
  title: string;
  description: string;
  mediaUrl: string | null;
  mediaType: ("image" | "gif" | "video" | "lottie") | null;
  ctaLabel: string;
  config: StepConfig;
  translations?: {
    [k: string]: StepTranslation;
  };
}
/**
 * The choice of the experience that the photo is transformed with; it must be made.
 *
 * A journey keeps it as a plain string at `data.{variable}`.
 */
export interface ExperiencePickerStep {
  id: string;
  type: "experience-picker";
  title: string;
  description: string;
  mediaUrl: string | null;
  mediaType: ("image" | "gif" | "video" | "lottie") | null;
  ctaLabel: string;
  config: ExperiencePickerConfig;
  translations?: {
    [k: string]: StepTranslation;
  };
}
export interface ExperiencePickerConfig {
  layout: "grid" | "list" | "carousel";
  variable: string;
  /**
   * @minItems 1
   * @maxItems 20
   */
  experienceIds: string[];
}
/**
 * The guest's photo, or a video if `allow_videos`; it must be taken.
 *
 * `source_variable` names the choice of experience.
 */
export interface CaptureStep {
  id: string;
  type: "capture";
  title: string;
  description: string;
  mediaUrl: string | null;
  mediaType: ("image" | "gif" | "video" | "lottie") | null;
  ctaLabel: string;
  config: CaptureConfig;
  translations?: {
    [k: string]: StepTranslation;
  };
}
export interface CaptureConfig {
  sourceVariable: string;
  fallbackExperienceId: string | null;
  allowVideos: boolean;
}
/**
 * A question with an answer of one line.
 */
export interface ShortTextStep {
  id: string;
  type: "short_text";
  title: string;
  description: string;
  mediaUrl: string | null;
  mediaType: ("image" | "gif" | "video" | "lottie") | null;
  ctaLabel: string;
  config: ShortTextConfig;
  translations?: {
    [k: string]: TextTranslation;
  };
}
export interface ShortTextConfig {
  variable: string | null;
  required: boolean;
  placeholder: string;
  maxLength: number;
}
/**
 * A question with an answer of many lines.
 */
export interface LongTextStep {
  id: string;
  type: "long_text";
  title: string;
  description: string;
  mediaUrl: string | null;
  mediaType: ("image" | "gif" | "video" | "lottie") | null;
  ctaLabel: string;
  config: LongTextConfig;
  translations?: {
    [k: string]: TextTranslation;
  };
}
export interface LongTextConfig {
  variable: string | null;
  required: boolean;
  placeholder: string;
  maxLength: number;
}
/**
 * A question with prepared answers, one or (`allow_multiple`) several of which are chosen.
 *
 * Stored as the option's value, or as a list of values. "" and [] choose nothing.
 */
export interface MultipleChoiceStep {
  id: string;
  type: "multiple_choice";
  title: string;
  description: string;
  mediaUrl: string | null;
  mediaType: ("image" | "gif" | "video" | "lottie") | null;
  ctaLabel: string;
  config: MultipleChoiceConfig;
  translations?: {
    [k: string]: MultipleChoiceTranslation;
  };
}
export interface MultipleChoiceConfig {
  variable: string | null;
  required: boolean;
  /**
   * @minItems 2
   * @maxItems 10
   */
  options: Option[];
  allowMultiple: boolean;
}
/**
 * A question with two answers; stored as true or false.
 */
export interface YesNoStep {
  id: string;
  type: "yes_no";
  title: string;
  description: string;
  mediaUrl: string | null;
  mediaType: ("image" | "gif" | "video" | "lottie") | null;
  ctaLabel: string;
  config: YesNoConfig;
  translations?: {
    [k: string]: YesNoTranslation;
  };
}
export interface YesNoConfig {
  variable: string | null;
  required: boolean;
  yesLabel: string;
  noLabel: string;
}
/**
 * A question that is answered by a whole number on a scale.
 */
export interface OpinionScaleStep {
  id: string;
  type: "opinion_scale";
  title: string;
  description: string;
  mediaUrl: string | null;
  mediaType: ("image" | "gif" | "video" | "lottie") | null;
  ctaLabel: string;
  config: OpinionScaleConfig;
  translations?: {
    [k: string]: OpinionScaleTranslation;
  };
}
export interface OpinionScaleConfig {
  variable: string | null;
  required: boolean;
  scaleMin: number;
  scaleMax: number;
  minLabel: string;
  maxLabel: string;
}
/**
 * The guest's email address.
 */
export interface EmailStep {
  id: string;
  type: "email";
  title: string;
  description: string;
  mediaUrl: string | null;
  mediaType: ("image" | "gif" | "video" | "lottie") | null;
  ctaLabel: string;
  config: EmailConfig;
  translations?: {
    [k: string]: EmailTranslation;
  };
}
export interface EmailConfig {
  variable: string | null;
  required: boolean;
  placeholder: string;
}
/**
 * What a guest reads while the picture is made.
 */
export interface ProcessingStep {
  id: string;
  type: "processing";
  title: string;
  description: string;
  mediaUrl: string | null;
  mediaType: ("image" | "gif" | "video" | "lottie") | null;
  ctaLabel: string;
  config: ProcessingConfig;
  translations?: {
    [k: string]: ProcessingTranslation;
  };
}
export interface ProcessingConfig {
  /**
   * @minItems 1
   * @maxItems 10
   */
  messages: string[];
  estimatedDuration: number;
}
/**
 * The finished picture, and the ways to take it along.
 */
export interface RewardStep {
  id: string;
  type: "reward";
  title: string;
  description: string;
  mediaUrl: string | null;
  mediaType: ("image" | "gif" | "video" | "lottie") | null;
  ctaLabel: string;
  config: RewardConfig;
  translations?: {
    [k: string]: StepTranslation;
  };
}
export interface RewardConfig {
  allowDownload: boolean;
  allowSystemShare: boolean;
  allowEmail: boolean;
  /**
   * @maxItems 6
   */
  socials: ("instagram" | "facebook" | "twitter" | "linkedin" | "tiktok" | "whatsapp")[];
}
/**
 * How a capture becomes a picture. Guests never see this: it holds the prompt.
 *
 * Reference images are objects of the workspace's folder, by path or `gs://` uri.
 */
export interface Transform {
  enabled: boolean;
  workflow: string;
  model: string;
  prompt: string;
  referenceImageUrls: string[];
  aspectRatio: "1:1" | "3:2" | "2:3" | "16:9" | "9:16";
  style: string;
  overlay: Overlay | null;
  output: TransformOutput;
}
/**
 * A transparent picture that is laid over the result; `path` is an object of the bucket.
 */
export interface Overlay {
  path: string;
}
/**
 * The file that a transform makes. `width` is in pixels, the height follows the ratio.
 */
export interface TransformOutput {
  format: "png" | "jpeg" | "webp";
  width: number;
}
/**
 * What an experience counts. All of it can be recomputed from the event log.
 *
 * `xp`: points for an event of a type. `levels`: the points at which level 2, 3 … begin. `caps`:
 * how many events of a type earn something in a day. `serverOnly`: types that guests cannot send.
 * `timeZone` decides days, ISO weeks, months and streaks.
 */
export interface ProgressRules {
  completion: CompletionRules;
  xp: {
    [k: string]: number;
  };
  levels: number[];
  achievements: AchievementRule[];
  caps: {
    [k: string]: number;
  };
  serverOnly: string[];
  timeZone: string;
}
/**
 * How much each waypoint, quest or item counts towards completion: `{id: weight}`.
 */
export interface CompletionRules {
  waypoints: {
    [k: string]: number;
  };
  quests: {
    [k: string]: number;
  };
  items: {
    [k: string]: number;
  };
}
/**
 * An achievement, unlocked in tiers: one for each threshold that its counter reaches.
 */
export interface AchievementRule {
  id: string;
  counter: string;
  tiers: number[];
}
/**
 * What guests read of an experience in another language; `title` is its name there.
 */
export interface ExperienceTranslation {
  title?: string;
}
/**
 * Make the draft of this version what guests get.
 */
export interface PublishExperience {
  workspaceId: string;
  experienceId: string;
  expectedVersion: number;
}
/**
 * Change a workspace's name, status or limit. Deleted, it is closed to everybody.
 *
 * `expectedVersion` is the `version` that the change is made to. What is left out stays as it is;
 * null takes the limit away.
 */
export interface SaveWorkspace {
  workspaceId: string;
  expectedVersion: number;
  name?: string | null;
  status?: ("active" | "deleted") | null;
  dailyTokenLimit?: number | null;
}
/**
 * A tenant: `/workspaces/{id}`.
 *
 * `dailyTokenLimit`: how many tokens of language models it may use in a day; None for as many as
 * the deployment gives each workspace.
 */
export interface Workspace {
  id: string;
  name: string;
  status: "active" | "deleted";
  dailyTokenLimit: number | null;
  version: number;
  createdAt: number;
  updatedAt: number;
}
/**
 * Give a person a role in the workspace; none takes them out of it.
 */
export interface SetMember {
  workspaceId: string;
  uid: string;
  role: Role | null;
}
/**
 * What a person is in the workspace now; no role for who is not in it.
 */
export interface Membership {
  uid: string;
  role: Role | null;
}
/**
 * The experiences of a workspace, the newest first.
 */
export interface ListExperiences {
  workspaceId: string;
  status?: ("active" | "deleted") | null;
  pageSize?: number;
  pageToken?: string | null;
}
export interface PageOfExperience {
  items: Experience[];
  nextPageToken: string | null;
}
/**
 * Start a workflow with a payload; with `baseRunId`, as an update of that run.
 *
 * The payload of an update is merged into that of the base run, key by key. It is checked against
 * the inputs of the steps that read it.
 */
export interface StartRun {
  workspaceId: string;
  workflowName: string;
  payload?: {
    [k: string]: unknown;
  };
  requestId?: string | null;
  baseRunId?: string | null;
  changes?: Changes | null;
}
/**
 * What an update changes: inputs, by paths in the payload, and steps to run again.
 */
export interface Changes {
  /**
   * @maxItems 100
   */
  inputs?: string[];
  /**
   * @maxItems 100
   */
  steps?: string[];
}
/**
 * A run with its steps, in the order of the definition, and its timeline.
 */
export interface RunView {
  run: RunSummary;
  steps: StepSummary[];
  timeline: TimelineEntry[];
}
/**
 * What members of the workspace see of a run. Timestamps in Unix milliseconds.
 *
 * A payload or context that is too large for Firestore, or not valid there, is stored as an
 * object, at its `…Uri`.
 */
export interface RunSummary {
  id: string;
  tenantId: string;
  workflowName: string;
  workflowVersion: string;
  triggerType: "initial" | "update";
  triggerPayload: {
    [k: string]: unknown;
  };
  triggerPayloadUri: string | null;
  status: RunStatus;
  baseRunId: string | null;
  error: RunError | null;
  context: {
    [k: string]: unknown;
  };
  contextUri: string | null;
  createdBy: string | null;
  startedAt: number | null;
  completedAt: number | null;
  durationMs: number | null;
  createdAt: number;
  updatedAt: number;
}
/**
 * Why a run failed: the error of the first required step that failed.
 */
export interface RunError {
  code: string;
  message: string;
  failedStepId: string | null;
  timestamp: number;
}
/**
 * What members of the workspace see of a step.
 *
 * `reason`: why the step runs again, in an update. `takenFrom`: the run whose result this is.
 * `dueAt`: when the step is to start at the earliest. `parked`: it waits for something outside,
 * such as a provider.
 */
export interface StepSummary {
  id: string;
  runId: string;
  tenantId: string;
  stepId: string;
  skillId: string;
  status: StepStatus;
  inputHash: string | null;
  attempt: number;
  outputArtifactIds: string[];
  artifacts: {
    [k: string]: ArtifactRef;
  };
  output: {
    [k: string]: unknown;
  };
  outputUri: string | null;
  error: StepError | null;
  cacheHit: boolean;
  remainingDependencies: number;
  parked: boolean;
  progress: StepProgress | null;
  attempts: Attempt[];
  reason: string | null;
  takenFrom: string | null;
  readyAt: number | null;
  dueAt: number | null;
  startedAt: number | null;
  endedAt: number | null;
  durationMs: number | null;
  createdAt: number;
  updatedAt: number;
}
/**
 * A stored artifact as one step passes it to the next, such as `artifacts.result`.
 */
export interface ArtifactRef {
  id: string;
  uri: string;
  type: string;
  contentHash: string;
  sizeBytes: number;
  filename: string | null;
  metadata: {
    [k: string]: unknown;
  };
}
/**
 * Why a step failed, at which attempt.
 */
export interface StepError {
  code: string;
  message: string;
  attempt: number;
  timestamp: number;
  details: {
    [k: string]: unknown;
  };
}
/**
 * The progress that a running step reports.
 */
export interface StepProgress {
  percentage: number;
  message: string | null;
}
/**
 * One period of work on a step, for the record.
 */
export interface Attempt {
  attempt: number;
  startedAt: number;
  endedAt: number;
  outcome: "completed" | "failed" | "waiting" | "lost" | "cancelled";
  code: string | null;
}
/**
 * An event in the course of a run.
 */
export interface TimelineEntry {
  at: number;
  event: string;
  stepId: string | null;
  attempt: number | null;
  code: string | null;
  durationMs: number | null;
}
/**
 * One run of a workspace.
 */
export interface GetRun {
  workspaceId: string;
  runId: string;
}
/**
 * A run with its steps, in the order of the definition, their costs, and its timeline.
 */
export interface CostedRunView {
  run: CostedRun;
  steps: CostedStep[];
  timeline: TimelineEntry[];
}
/**
 * A run, and the total cost of its own generations (US dollars).
 *
 * `costUsd` is null while a generation that was submitted to a provider has no known cost.
 */
export interface CostedRun {
  id: string;
  tenantId: string;
  workflowName: string;
  workflowVersion: string;
  triggerType: "initial" | "update";
  triggerPayload: {
    [k: string]: unknown;
  };
  triggerPayloadUri: string | null;
  status: RunStatus;
  baseRunId: string | null;
  error: RunError | null;
  context: {
    [k: string]: unknown;
  };
  contextUri: string | null;
  createdBy: string | null;
  startedAt: number | null;
  completedAt: number | null;
  durationMs: number | null;
  createdAt: number;
  updatedAt: number;
  costUsd: number | null;
}
/**
 * A step, and the total cost of its generations in this run (US dollars).
 *
 * `costUsd` is 0 without any, as for a result that was cached or comes from another run. It is
 * null while a generation that was submitted to a provider has no known cost.
 */
export interface CostedStep {
  id: string;
  runId: string;
  tenantId: string;
  stepId: string;
  skillId: string;
  status: StepStatus;
  inputHash: string | null;
  attempt: number;
  outputArtifactIds: string[];
  artifacts: {
    [k: string]: ArtifactRef;
  };
  output: {
    [k: string]: unknown;
  };
  outputUri: string | null;
  error: StepError | null;
  cacheHit: boolean;
  remainingDependencies: number;
  parked: boolean;
  progress: StepProgress | null;
  attempts: Attempt[];
  reason: string | null;
  takenFrom: string | null;
  readyAt: number | null;
  dueAt: number | null;
  startedAt: number | null;
  endedAt: number | null;
  durationMs: number | null;
  createdAt: number;
  updatedAt: number;
  costUsd: number | null;
}
/**
 * The runs of a workspace, newest first.
 */
export interface ListRuns {
  workspaceId: string;
  status?: RunStatus | null;
  workflowName?: string | null;
  pageSize?: number;
  pageToken?: string | null;
}
export interface PageOfRunSummary {
  items: RunSummary[];
  nextPageToken: string | null;
}
/**
 * A run to cancel.
 */
export interface CancelRun {
  workspaceId: string;
  runId: string;
}
/**
 * A failed or cancelled run to retry.
 */
export interface RetryRun {
  workspaceId: string;
  runId: string;
}
/**
 * One artifact of a workspace.
 */
export interface GetArtifactUrl {
  workspaceId: string;
  artifactId: string;
}
/**
 * A URL at which an artifact can be read until it expires (Unix ms).
 */
export interface ArtifactUrl {
  artifactId: string;
  url: string;
  type: string;
  sizeBytes: number;
  expiresAt: number;
}
/**
 * The project whose page is to be shown.
 */
export interface GetProject {
  projectId: string;
}
/**
 * What the page of a project needs, and no more: no drafts, no limits, no other names.
 */
export interface ProjectPage {
  id: string;
  name: string;
  theme: {
    [k: string]: unknown;
  } | null;
  consent: Consent | null;
  kiosk: Kiosk | null;
  locales: string[];
  translations: {
    [k: string]: ProjectTranslation;
  };
  experiences: NamedExperiences;
}
/**
 * What a guest must agree to before anything else. A new version asks everyone again.
 */
export interface Consent {
  version: string;
  text: string;
  minimumAge: number | null;
}
/**
 * That its page runs on devices that many visitors use, one after the other.
 *
 * A visitor who touches nothing for `pauseSeconds` is taken to have left: the page signs out and
 * forgets them.
 */
export interface Kiosk {
  pauseSeconds: number;
}
/**
 * What guests read of a project in another language.
 *
 * `title` is its name there, and `consent` the text that they agree to.
 */
export interface ProjectTranslation {
  title?: string;
  consent?: string;
}
/**
 * The experiences of a project that can be played, in their places.
 */
export interface NamedExperiences {
  main: NamedExperience[];
  pregate: NamedExperience | null;
  preshare: NamedExperience | null;
}
/**
 * A reference with the name that a guest chooses by.
 */
export interface NamedExperience {
  experienceId: string;
  name: string;
  enabled: boolean;
  translations?: {
    [k: string]: ExperienceTranslation;
  };
}
/**
 * Create a project, or change its name, status or draft.
 *
 * `expectedVersion` is the `draftVersion` that the change is made to, 0 to create. What is left
 * out stays as it is, at every depth of the draft that is an object. What is null there goes, and
 * a list is replaced. A project that was never published cannot go live. No project is created
 * with the id `assets`, `assistant`, `e`, `play` or `s`.
 */
export interface SaveProject {
  workspaceId: string;
  projectId: string;
  expectedVersion: number;
  name?: string | null;
  status?: ProjectStatus | null;
  draftConfig?: AuthoredProjectConfigPart | null;
}
/**
 * A project's draft as an author sends it.
 */
export interface AuthoredProjectConfigPart {
  experiences?: AuthoredExperiencesPart | null;
  theme?: Experience_Parts__AuthoredThemePart__1 | null;
  consent?: AuthoredConsentPart | null;
  kiosk?: AuthoredKioskPart | null;
  retentionDays?: number | null;
  dailyTransformLimit?: number | null;
  locales?: string[] | null;
  translations?: {
    [k: string]: AuthoredTranslationPart | null;
  } | null;
}
/**
 * The experiences of a draft. One experience stands in one place only.
 */
export interface AuthoredExperiencesPart {
  main?: AuthoredRef[] | null;
  pregate?: AuthoredRefPart | null;
  preshare?: AuthoredRefPart | null;
}
/**
 * A reference as an author sends it.
 */
export interface AuthoredRef {
  experienceId: string;
  enabled?: boolean;
}
/**
 * A reference as an author sends it.
 */
export interface AuthoredRefPart {
  experienceId?: string | null;
  enabled?: boolean | null;
}
/**
 * How the project's pages look.
 */
export interface Experience_Parts__AuthoredThemePart__1 {
  primaryColor?: string | null;
  logoUrl?: string | null;
  fontFamily?: string | null;
}
/**
 * A consent as an author sends it.
 */
export interface AuthoredConsentPart {
  version?: string | null;
  text?: string | null;
  minimumAge?: number | null;
}
/**
 * A kiosk as an author sends it. The last ten seconds of a pause are announced.
 */
export interface AuthoredKioskPart {
  pauseSeconds?: number | null;
}
/**
 * A translation as an author sends it.
 */
export interface AuthoredTranslationPart {
  title?: string | null;
  consent?: string | null;
}
/**
 * `/projects/{id}`. Guests get the published config, operators may preview the draft.
 */
export interface Project {
  id: string;
  workspaceId: string;
  name: string;
  status: ProjectStatus;
  draftConfig: ProjectConfig;
  publishedConfig: ProjectConfig | null;
  draftVersion: number;
  publishedAt: number | null;
  createdAt: number;
  updatedAt: number;
}
/**
 * What a project consists of, as a draft or as published.
 *
 * `locales`: the languages of its page, with the one first in which it is authored. Without any
 * the page speaks all that it knows.
 */
export interface ProjectConfig {
  experiences: ExperiencesConfig;
  theme: {
    [k: string]: unknown;
  } | null;
  consent: Consent | null;
  kiosk: Kiosk | null;
  retentionDays: number | null;
  dailyTransformLimit: number | null;
  locales: string[];
  translations: {
    [k: string]: ProjectTranslation;
  };
}
/**
 * Which experience is played where.
 */
export interface ExperiencesConfig {
  main: ExperienceRef[];
  pregate: ExperienceRef | null;
  preshare: ExperienceRef | null;
}
/**
 * An experience of the project's workspace, in the place where it is used.
 */
export interface ExperienceRef {
  experienceId: string;
  enabled: boolean;
}
/**
 * Make the draft of this version what guests get; a draft project goes live.
 *
 * `workspaceId` is checked if it is given, so that the fields of `SaveProject` can be sent again.
 */
export interface PublishProject {
  workspaceId?: string | null;
  projectId: string;
  expectedVersion: number;
}
/**
 * The projects of a workspace, the newest first.
 */
export interface ListProjects {
  workspaceId: string;
  pageSize?: number;
  pageToken?: string | null;
}
export interface PageOfProject {
  items: Project[];
  nextPageToken: string | null;
}
/**
 * A visitor at the door. `consentVersion` is the version of the text that they accepted.
 *
 * `locale` is the language that they read, such as `de-AT`.
 */
export interface EnsureGuest {
  projectId: string;
  consentVersion?: string | null;
  locale?: string | null;
}
/**
 * `/projects/{projectId}/guests/{id}`, the id being the uid of the anonymous sign-in.
 */
export interface Guest {
  id: string;
  projectId: string;
  authUid: string;
  createdAt: number;
  completedExperiences: CompletedExperience[];
  consent: GuestConsent | null;
  activeSessions: {
    [k: string]: ActiveSession;
  };
  rates: {
    [k: string]: Rate;
  };
  requests: {
    [k: string]: JoinedRequest;
  };
  locale?: string;
}
/**
 * One completed session. `completedAt` is in Unix milliseconds.
 */
export interface CompletedExperience {
  experienceId: string;
  completedAt: number;
  sessionId: string;
}
/**
 * The version of the project's consent that the guest accepted, and when.
 */
export interface GuestConsent {
  version: string;
  acceptedAt: number;
}
/**
 * The guest's one active session of an experience.
 */
export interface ActiveSession {
  sessionId: string;
  mainSessionId: string | null;
}
/**
 * How often a guest did something since `since` (Unix milliseconds).
 */
export interface Rate {
  since: number;
  count: number;
}
/**
 * A request id whose call was answered with a session that was active already.
 */
export interface JoinedRequest {
  sessionId: string;
  fingerprint: string;
  at: number;
}
/**
 * The caller as a guest of a project.
 */
export interface GetGuest {
  projectId: string;
}
/**
 * The guests of a project, the newest first.
 */
export interface ListGuests {
  projectId: string;
  pageSize?: number;
  pageToken?: string | null;
}
export interface PageOfGuest {
  items: Guest[];
  nextPageToken: string | null;
}
/**
 * Where to go: to a main experience (`experienceId`), or on from a completed main session.
 */
export interface GetNextPhase {
  projectId: string;
  experienceId?: string | null;
  mainSessionId?: string | null;
}
/**
 * Where a guest goes next. `params` are what the page's address carries along.
 *
 * `replace`: whether the move replaces the page in the browser's history, as every move between
 * phases does, so that going back leads to the welcome.
 */
export interface NextPhase {
  phase: VisitPhase;
  experienceId: string | null;
  params: {
    [k: string]: string;
  };
  replace: boolean;
}
/**
 * Begin an experience, or come back to the session of it that is still active.
 */
export interface CreateSession {
  projectId: string;
  experienceId: string;
  mode: Mode;
  configSource: "draft" | "published";
  eventId?: string | null;
  mainSessionId?: string | null;
  pregateSessionId?: string | null;
  requestId?: string | null;
}
/**
 * A session and the steps that it is answered against, never the transform and its prompt.
 *
 * `makesPicture`: whether its guest may expect a picture of the photo that they take.
 */
export interface SessionWithSteps {
  session: SessionView;
  steps: Step[];
  makesPicture: boolean;
}
/**
 * A session as callables return it: as stored, and under its earlier names as well.
 *
 * `inputs` are the answers' values by step id.
 */
export interface SessionView {
  id: string;
  projectId: string;
  workspaceId: string | null;
  eventId: string | null;
  experienceId: string;
  experienceVersion: number | null;
  mode: Mode;
  configSource: "draft" | "published";
  phase: Phase | null;
  status: SessionStatus;
  currentStepIndex: number;
  answers: Answer[];
  capturedMedia: CapturedMedia[];
  outputs: {
    [k: string]: MediaReference;
  };
  resultMedia: ResultMedia | null;
  jobId: string | null;
  jobStatus: JobStatus | null;
  jobError: JobError | null;
  error: SessionError | null;
  mainSessionId: string | null;
  pregateSessionId: string | null;
  createdBy: string | null;
  createdAt: number;
  updatedAt: number;
  completedAt: number | null;
  inputs: {
    [k: string]: string | number | boolean | string[];
  };
  activeJobId: string | null;
  resultAssetId: string | null;
}
/**
 * What a guest answered to one step, and when (Unix milliseconds).
 */
export interface Answer {
  stepId: string;
  stepType: string;
  value: string | number | boolean | string[];
  answeredAt: number;
}
/**
 * A confirmed upload of one step. `createdAt` is when the object was written.
 *
 * A video has no `url`: it is read by `getDownloadUrl` alone.
 */
export interface CapturedMedia {
  stepId: string;
  assetId: string;
  url: string | null;
  createdAt: number;
  contentType: string | null;
}
/**
 * An image or a video by its address. A size that is not known is left out.
 */
export interface MediaReference {
  url: string;
  type: "image" | "video";
  width?: number | null;
  height?: number | null;
}
/**
 * The picture that was made of a session's photo.
 */
export interface ResultMedia {
  stepId: string;
  assetId: string;
  url: string;
  createdAt: number;
  contentType: string | null;
}
/**
 * Why there is no result, in words that a guest may read.
 */
export interface JobError {
  code: string;
  message: string;
}
/**
 * Why a client could not go on, in its own words, or why the server refused the session.
 */
export interface SessionError {
  code: string;
  message: string;
}
/**
 * One session of a project.
 */
export interface GetSession {
  projectId: string;
  sessionId: string;
}
/**
 * What happened since the last call. Answers, inputs and outputs merge by step.
 */
export interface UpdateSessionProgress {
  projectId: string;
  sessionId: string;
  currentStepIndex?: number | null;
  /**
   * @maxItems 50
   */
  answers?: AnswerInput[];
  /**
   * @maxItems 50
   */
  capturedMedia?: CapturedMediaInput[];
  inputs?: {
    [k: string]: string | number | boolean | string[];
  };
  outputs?: {
    [k: string]: MediaReferenceInput;
  };
}
/**
 * An answer to one step. The server keeps its own time; a client's `answeredAt` is ignored.
 */
export interface AnswerInput {
  stepId: string;
  stepType?: string | null;
  value: string | number | boolean | string[];
  answeredAt?: number | null;
}
/**
 * An upload that was confirmed before; only `confirmUpload` can add one.
 */
export interface CapturedMediaInput {
  stepId: string;
  assetId: string;
  url?: string | null;
  createdAt?: number | null;
  contentType?: string | null;
}
/**
 * Media of this session, by the address that the server gave it.
 */
export interface MediaReferenceInput {
  url: string;
  type: "image" | "video";
  width?: number | null;
  height?: number | null;
}
/**
 * The last progress may come along; `experienceId` is the main one chosen at the welcome.
 */
export interface CompleteSession {
  projectId: string;
  sessionId: string;
  currentStepIndex?: number | null;
  /**
   * @maxItems 50
   */
  answers?: AnswerInput[];
  /**
   * @maxItems 50
   */
  capturedMedia?: CapturedMediaInput[];
  inputs?: {
    [k: string]: string | number | boolean | string[];
  };
  outputs?: {
    [k: string]: MediaReferenceInput;
  };
  experienceId?: string | null;
}
/**
 * A session that has ended, and where its guest goes next.
 */
export interface CompletedSession {
  session: SessionView;
  next: NextPhase;
}
/**
 * The sessions that belong to one main session.
 */
export interface GetJourneySessions {
  projectId: string;
  mainSessionId: string;
}
/**
 * A main session with the pregate and the preshare that belong to it, where there are any.
 */
export interface JourneySessions {
  main: SessionView;
  pregate: SessionView | null;
  preshare: SessionView | null;
}
/**
 * A session that its guest abandons.
 */
export interface AbandonSession {
  projectId: string;
  sessionId: string;
}
/**
 * A session that its client cannot continue.
 */
export interface FailSession {
  projectId: string;
  sessionId: string;
  code: string;
  message: string;
}
/**
 * The sessions of a project, the newest first, by at most one of the three filters.
 */
export interface ListSessions {
  projectId: string;
  eventId?: string | null;
  status?: SessionStatus | null;
  experienceId?: string | null;
  pageSize?: number;
  pageToken?: string | null;
}
export interface PageOfSessionView {
  items: SessionView[];
  nextPageToken: string | null;
}
/**
 * What a guest completed; only operators name another guest than themselves.
 */
export interface GetGuestHistory {
  projectId: string;
  guestId?: string | null;
  pageSize?: number;
  pageToken?: string | null;
}
export interface PageOfHistoryEntry {
  items: HistoryEntry[];
  nextPageToken: string | null;
}
/**
 * Something that a guest completed, with its session if that is still there.
 */
export interface HistoryEntry {
  experienceId: string;
  completedAt: number;
  sessionId: string;
  session: SessionView | null;
}
/**
 * Create an event, or change its name, status, look or limits.
 *
 * `workspaceId` is for a new event, and is checked where it is given for another. A new event
 * needs a name and a theme, and is a draft unless it says otherwise.
 */
export interface SaveEvent {
  workspaceId?: string | null;
  eventId: string;
  expectedVersion: number;
  event: AuthoredEventPart;
}
/**
 * An event as an author sends it. `setActiveJourney` alone sets its journey.
 */
export interface AuthoredEventPart {
  name?: string | null;
  status?: EventStatus | null;
  theme?: Experience_Parts__AuthoredThemePart__1 | null;
  retentionDays?: number | null;
  dailyTransformLimit?: number | null;
  consent?: AuthoredConsentPart | null;
  kiosk?: AuthoredKioskPart | null;
  locales?: string[] | null;
  translations?: {
    [k: string]: AuthoredTranslationPart | null;
  } | null;
}
/**
 * `/events/{id}`. Timestamps are Unix milliseconds; an absent `version` counts as 0.
 *
 * `locales` are the languages of its page, as a project's. Without an `activeJourneyId`, guests
 * capture and transform a photo and nothing else.
 */
export interface Event {
  id: string;
  workspaceId: string;
  name: string;
  status: EventStatus;
  activeJourneyId?: string;
  theme?: EventTheme;
  retentionDays?: number;
  dailyTransformLimit?: number;
  consent?: EventConsent;
  kiosk?: EventKiosk;
  locales?: string[];
  translations?: {
    [k: string]: ProjectTranslation;
  };
  version: number;
  createdAt: number;
  updatedAt: number;
}
/**
 * How the pages of an event look.
 */
export interface EventTheme {
  primaryColor?: string;
  logoUrl?: string;
  fontFamily?: string;
}
/**
 * What a guest must agree to before anything else. A new version asks everyone again.
 */
export interface EventConsent {
  version: string;
  text: string;
  minimumAge?: number;
}
/**
 * That its page runs on devices that many visitors use, as a project's `Kiosk` says.
 */
export interface EventKiosk {
  pauseSeconds?: number;
}
/**
 * Create a journey of an event, or change its name, order or status.
 */
export interface SaveJourney {
  eventId: string;
  journeyId: string;
  expectedVersion: number;
  journey: AuthoredJourneyPart;
}
/**
 * A journey as an author sends it.
 */
export interface AuthoredJourneyPart {
  name?: string | null;
  stepOrder?: string[] | null;
  status?: ("active" | "deleted") | null;
}
/**
 * `/events/{eventId}/journeys/{id}`: the order in which guests go through an event's steps.
 *
 * The steps are documents of the event (`/events/{eventId}/steps/{s}`), which several journeys may
 * share. An absent `version` counts as 0.
 */
export interface Journey {
  id: string;
  eventId: string;
  name: string;
  stepOrder: string[];
  status: "active" | "deleted";
  version: number;
}
/**
 * Create a step of an event, or change it.
 *
 * `step` has the fields of its type, all or some; a new one needs its `type`. With another type a
 * step begins a new `config`.
 */
export interface SaveStep {
  eventId: string;
  stepId: string;
  expectedVersion: number;
  step: {
    [k: string]: unknown;
  };
}
/**
 * A step of an event as it is stored, with the version that the next change is made to.
 */
export interface SavedStep {
  eventId: string;
  step: Step;
  version: number;
}
/**
 * Choose the journey that the event's next sessions go through; null for none.
 *
 * `expectedVersion` is the event's.
 */
export interface SetActiveJourney {
  eventId: string;
  journeyId: string | null;
  expectedVersion: number;
}
/**
 * Create an experience of events, or change it.
 *
 * `workspaceId` is for a new experience, and is checked where it is given for another.
 */
export interface SaveEventExperience {
  workspaceId?: string | null;
  experienceId: string;
  expectedVersion: number;
  experience: AuthoredEventExperiencePart;
}
/**
 * An experience of events as an author sends it.
 */
export interface AuthoredEventExperiencePart {
  name?: string | null;
  status?: ("active" | "deleted") | null;
  aiPhotoConfig?: AuthoredAiPhotoConfigPart | null;
  captureConfig?: AuthoredCapturePart | null;
  previewMediaUrl?: string | null;
  translations?: {
    [k: string]: AuthoredExperienceTranslationPart | null;
  } | null;
}
/**
 * How a photo becomes a picture, as an author sends it.
 *
 * `model` is `replicate/OWNER/NAME`, `gemini/NAME`, or `local/STYLE`; `local` is `local/cartoon`.
 * Reference images are objects of the workspace's folder, by path or `gs://` uri.
 */
export interface AuthoredAiPhotoConfigPart {
  enabled?: boolean | null;
  model?: string | null;
  prompt?: string | null;
  referenceImageUrls?: string[] | null;
  aspectRatio?: ("1:1" | "3:2" | "2:3" | "16:9" | "9:16") | null;
}
/**
 * How the photo is taken, as an author sends it. `countdown` is in seconds.
 */
export interface AuthoredCapturePart {
  type?: "photo" | null;
  countdown?: number | null;
  cameraFacing?: ("front" | "back" | "both") | null;
}
/**
 * `/experiences/{id}`: what a guest of a workspace's events can choose for their photo.
 *
 * An absent `version` counts as 0.
 */
export interface EventExperience {
  id: string;
  workspaceId: string;
  name: string;
  status: "active" | "deleted";
  aiPhotoConfig?: AiPhotoConfig;
  captureConfig: EventCaptureConfig;
  previewMediaUrl?: string;
  translations?: {
    [k: string]: ExperienceTranslation;
  };
  version: number;
}
/**
 * How a photo becomes a picture. Guests never see this: it holds the prompt.
 *
 * `model` is a model of the engine's, or one of `LOCAL_STYLES`.
 */
export interface AiPhotoConfig {
  enabled: boolean;
  model: string;
  prompt: string;
  referenceImageUrls: string[];
  aspectRatio: "1:1" | "3:2" | "2:3" | "16:9" | "9:16";
}
/**
 * How the photo is taken. `countdown` is in seconds.
 */
export interface EventCaptureConfig {
  type: string;
  countdown: number;
  cameraFacing: string;
}
/**
 * The events of a workspace, the newest first.
 */
export interface ListEvents {
  workspaceId: string;
  pageSize?: number;
  pageToken?: string | null;
}
export interface PageOfEvent {
  items: Event[];
  nextPageToken: string | null;
}
/**
 * A file that a guest is about to upload for a capture step.
 */
export interface CreateUpload {
  projectId: string;
  sessionId: string;
  stepId: string;
  contentType:
    | "image/jpeg"
    | "image/png"
    | "image/webp"
    | "image/avif"
    | "video/mp4"
    | "video/webm"
    | "video/quicktime"
    | "image/heic"
    | "image/heif";
  sizeBytes: number;
}
/**
 * Where to send the file, and with which headers, until `expiresAt` (Unix milliseconds).
 *
 * An image is one PUT. A video is PUT in one piece or in parts, as a resumable upload.
 */
export interface Upload {
  path: string;
  url: string;
  method: "PUT";
  headers: {
    [k: string]: string;
  };
  expiresAt: number;
  assetId: string;
}
/**
 * A file that has been uploaded.
 */
export interface ConfirmUpload {
  projectId: string;
  sessionId: string;
  stepId: string;
  assetId: string;
}
/**
 * A capture or a result of a session.
 */
export interface GetDownloadUrl {
  projectId: string;
  sessionId: string;
  assetId: string;
}
/**
 * An address that works for anybody who has it, until `expiresAt` (Unix milliseconds).
 */
export interface Download {
  url: string;
  expiresAt: number;
}
/**
 * One job of a project.
 */
export interface GetJob {
  projectId: string;
  jobId: string;
}
/**
 * `/projects/{projectId}/jobs/{id}`: what its guest may see. Timestamps in Unix ms.
 *
 * `runId`: the run of `photo.transform`, in the workspace, that does the work; null for a job that
 * nobody works on yet. `createdBy`: its guest; null for the job of a preview, which only members
 * read. `queuedAt`: when it was created or last retried; the transforms of a guest start in this
 * order. `attemptCount`: how often a worker began, with the run or with a step anew.
 */
export interface Job {
  id: string;
  projectId: string;
  sessionId: string;
  experienceId: string;
  workspaceId: string;
  runId: string | null;
  status: JobStatus;
  attemptCount: number;
  createdBy: string | null;
  progress: JobProgress | null;
  output: JobOutput | null;
  error: JobFailure | null;
  queuedAt: number | null;
  createdAt: number;
  updatedAt: number;
  startedAt: number | null;
  completedAt: number | null;
}
/**
 * How far a running job is, for a guest's page.
 */
export interface JobProgress {
  currentStep: string;
  percentage: number;
  message: string | null;
}
/**
 * The result: where it lies, its address, and its measures in pixels, bytes, milliseconds.
 */
export interface JobOutput {
  assetId: string;
  url: string;
  path: string;
  format: string;
  width: number;
  height: number;
  sizeBytes: number;
  thumbnailUrl: string | null;
  processingTimeMs: number;
}
/**
 * What went wrong at `step`, and whether another attempt can help.
 */
export interface JobFailure {
  code: JobErrorCode;
  message: string;
  step: string | null;
  isRetryable: boolean;
  timestamp: number;
}
/**
 * The completed main session whose capture is to be transformed.
 */
export interface StartTransform {
  projectId: string;
  sessionId: string;
}
/**
 * The session whose transform failed or was cancelled.
 */
export interface RetryTransform {
  projectId: string;
  sessionId: string;
}
/**
 * The session whose transform is to be cancelled.
 */
export interface CancelTransform {
  projectId: string;
  sessionId: string;
}
/**
 * Begin a session of an event. `consentVersion` is of the text that the guest accepted.
 *
 * `locale` is the language that they read, such as `de-AT`.
 */
export interface StartJourney {
  eventId: string;
  consentVersion?: string | null;
  locale?: string | null;
  requestId?: string | null;
}
/**
 * A session with its journey, a step for each id of its `stepOrder`, and what can be chosen.
 */
export interface JourneySession {
  session: EventSessionView;
  journey: Journey | null;
  steps: {
    [k: string]: unknown;
  }[];
  experiences: ExperienceView[];
}
/**
 * A session of an event, as clients get it. Timestamps are Unix milliseconds.
 *
 * `data` holds an input by the id of its step, as `StepInput` dumps it, and the id of the selected
 * experience. One that began without a journey has neither `journeyId` nor what follows it.
 * `resultImagePath` is the picture's download URL, whatever its name says. `error` is a
 * sentence for the guest, and `errorCode` what clients switch on; older sessions have no code.
 */
export interface EventSessionView {
  id: string;
  eventId: string;
  state: SessionState;
  inputImagePath?: string;
  resultImagePath?: string;
  error?: string;
  errorCode?: JobErrorCode;
  journeyId?: string;
  currentStepIndex?: number;
  stepOrder?: string[];
  data?: {
    [k: string]: unknown;
  };
  createdBy?: string;
  createdAt: number;
  updatedAt: number;
}
/**
 * What a guest sees of an experience that they may choose, and never its prompt.
 *
 * `makesPicture`: whether it makes a picture of the guest's photo.
 */
export interface ExperienceView {
  id: string;
  name: string;
  previewMediaUrl?: string;
  translations?: {
    [k: string]: ExperienceTranslation;
  };
  captureConfig: EventCaptureConfig;
  makesPicture: boolean;
}
/**
 * One session of an event.
 */
export interface GetEventSession {
  eventId: string;
  sessionId: string;
}
/**
 * What a guest put into one step of their journey; an earlier input is replaced.
 */
export interface SaveStepInput {
  eventId: string;
  sessionId: string;
  stepId: string;
  input: TextInput | BooleanInput | NumberInput | SelectionInput | SelectionsInput | PhotoInput;
}
/**
 * What was typed into a text or email step.
 */
export interface TextInput {
  type?: "text";
  value: string;
}
/**
 * A yes or a no.
 */
export interface BooleanInput {
  type?: "boolean";
  value: boolean;
}
/**
 * A point on a scale.
 */
export interface NumberInput {
  type?: "number";
  value: number;
}
/**
 * One chosen option: its value, or the id of a chosen experience.
 */
export interface SelectionInput {
  type?: "selection";
  selectedId: string;
}
/**
 * Several chosen options.
 */
export interface SelectionsInput {
  type?: "selections";
  selectedIds: string[];
}
/**
 * A captured photo, for the server to write: whose upload it is, nobody checks here.
 */
export interface PhotoInput {
  type?: "photo";
  url: string;
}
/**
 * A position in the session's `stepOrder`; its length is the end.
 */
export interface GoToStep {
  eventId: string;
  sessionId: string;
  index: number;
}
/**
 * A photo that a guest is about to upload, for the capture step `stepId` if there is one.
 */
export interface CreateCaptureUpload {
  eventId: string;
  sessionId: string;
  stepId?: string | null;
  contentType: "image/jpeg" | "image/png" | "image/webp" | "image/avif" | "image/heic" | "image/heif";
  sizeBytes: number;
}
/**
 * Where to send the file, and with which headers, until `expiresAt` (Unix milliseconds).
 */
export interface SignedUpload {
  path: string;
  url: string;
  method: "PUT";
  headers: {
    [k: string]: string;
  };
  expiresAt: number;
}
/**
 * A photo that has been uploaded, for the capture step `stepId` if there is one.
 */
export interface SaveCapture {
  eventId: string;
  sessionId: string;
  stepId?: string | null;
}
/**
 * The sessions of an event, the newest first.
 */
export interface ListEventSessions {
  eventId: string;
  pageSize?: number;
  pageToken?: string | null;
}
export interface PageOfEventSessionView {
  items: EventSessionView[];
  nextPageToken: string | null;
}
/**
 * The session whose photo is to be transformed, and by which experience if none was picked.
 */
export interface TriggerTransform {
  eventId: string;
  sessionId: string;
  experienceId?: string | null;
}
/**
 * The session that is to go on after an error.
 */
export interface RetryJourney {
  eventId: string;
  sessionId: string;
}
/**
 * The session whose picture gets a short address, of a project or of an event.
 */
export interface CreateShare {
  projectId?: string | null;
  eventId?: string | null;
  sessionId: string;
}
/**
 * A short address as its guest sees it; `path` is below the site. Times in Unix ms.
 */
export interface ShareView {
  id: string;
  path: string;
  projectId?: string;
  eventId?: string;
  sessionId: string;
  createdAt: number;
  expiresAt: number;
}
/**
 * The id in a short address.
 */
export interface GetShare {
  shareId: string;
}
/**
 * The session whose picture gets a new address; every earlier one ends.
 */
export interface RevokeShare {
  projectId: string;
  sessionId: string;
}
/**
 * The session of an event whose picture gets a new address; every earlier one ends.
 */
export interface RevokeEventShare {
  eventId: string;
  sessionId: string;
}
/**
 * The caller wants to be forgotten as a player, for good.
 */
export interface ErasePlayer {}
/**
 * The receipt of an erasure: how much of each kind is gone. It names nobody.
 *
 * Another call finds nothing more, and its receipt says so. `boards` are lists that showed the
 * player and are made anew without them. `plays` of campaigns stay, without the player.
 */
export interface PlayerErasure {
  receiptId: string;
  erasedAt: number;
  players: number;
  progress: number;
  events: number;
  saves: number;
  visitors: number;
  boards: number;
  plays: number;
  chats: number;
  objects: number;
}
/**
 * The caller wants to have all that is stored about them as a player.
 */
export interface ExportPlayerData {}
/**
 * Where the file is, until `expiresAt` (Unix ms). It is deleted after a day.
 */
export interface PlayerExport {
  url: string;
  expiresAt: number;
  sizeBytes: number;
}
/**
 * The ID token of the anonymous player who becomes a part of the caller.
 */
export interface MergePlayer {
  fromIdToken: string;
}
/**
 * `/players/{uid}`: the sums over a player's experiences. Nobody but the player reads it.
 *
 * `accountLevel` comes from `xp` by the default formula. `mergedFrom` has the uids whose
 * progress was taken over, `mergedInto` the one who took over this one's: then nothing is
 * written here any more, but what is `mergePending` until all of it was taken over.
 */
export interface PlayerProfile {
  totalExperiencesPlayed: number;
  totalPlaytimeSeconds: number;
  totalDistanceMeters: number;
  accountLevel: number;
  xp: number;
  stats: PlayerStats;
  mergedFrom: string[];
  mergedInto: string | null;
  mergePending: boolean;
  createdAt: number;
  updatedAt: number;
}
/**
 * What evolves: achievements as `{workspaceId}~{experienceId}~{id}`, preferences, and so on.
 */
export interface PlayerStats {
  achievements: string[];
  preferences: {
    [k: string]: unknown;
  };
  globalInventory: string[];
  customStats: {
    [k: string]: unknown;
  };
}
/**
 * The board of an experience; `closed` asks for the last period that has ended.
 */
export interface GetLeaderboard {
  workspaceId: string;
  experienceId: string;
  metric: Metric;
  period?: Period;
  closed?: boolean;
  around?: boolean;
}
/**
 * The first hundred as of a moment, and the caller's own place now if they have one.
 *
 * `around` is there where it was asked for and the caller is among the first thousand. `key` names
 * the period: `2026-11-29`, `2026-W48`, `2026-11` or `all`.
 */
export interface Leaderboard {
  workspaceId: string;
  experienceId: string;
  metric: Metric;
  period: "all" | "day" | "week" | "month";
  key: string;
  asOf: number;
  /**
   * @maxItems 100
   */
  entries: LeaderboardEntry[];
  me: OwnPlace | null;
  around: Neighbours | null;
}
/**
 * A player's place. Equal values share a rank, and the earlier one stands first.
 */
export interface LeaderboardEntry {
  rank: number;
  nickname: string | null;
  player: string;
  value: number;
  isMe: boolean;
}
/**
 * The caller's own place at this moment: without a rank, more than `above` are better.
 */
export interface OwnPlace {
  rank: number | null;
  above: number | null;
  nickname: string | null;
  player: string;
  value: number;
}
/**
 * The caller with five above and five below, who stand as of a moment.
 */
export interface Neighbours {
  asOf: number;
  entries: LeaderboardEntry[];
}
/**
 * Visits of an experience's contents in the last `days`, which end today in the rules' zone.
 *
 * `contentId`: this one alone; otherwise the hundred with the most visits. `eventType`: visits
 * of this type alone, of which no unique visitors are kept.
 */
export interface GetContentAnalytics {
  workspaceId: string;
  experienceId: string;
  contentId?: string | null;
  eventType?: string | null;
  days?: number;
}
/**
 * The visits of a window of days, most visited first.
 *
 * `events`: all events by type, those without a content too. `other`: the visits of all contents
 * that are not listed. `uniqueVisitors` says whether they are exact or not kept.
 */
export interface ContentAnalytics {
  workspaceId: string;
  experienceId: string;
  eventType: string | null;
  firstDay: string;
  lastDay: string;
  timeZone: string;
  events: {
    [k: string]: number;
  };
  contents: ContentFigures[];
  other: VisitFigures;
  uniqueVisitors: "exact" | "not_kept_by_event_type";
}
/**
 * One waypoint, quest or item. `uniqueVisitors`: the players who were there in the window.
 */
export interface ContentFigures {
  visits: number;
  timedVisits: number;
  averageSeconds: number | null;
  contentId: string;
  uniqueVisitors: number | null;
}
/**
 * How often and how long. The average is of the `timedVisits`, and null without any.
 */
export interface VisitFigures {
  visits: number;
  timedVisits: number;
  averageSeconds: number | null;
}
/**
 * Events within a radius of a position, the newest first.
 *
 * `eventType` only with an experience. `since`: Unix ms.
 */
export interface FindEventsNear {
  workspaceId: string;
  lat: number;
  lng: number;
  radiusMeters: number;
  experienceId?: string | null;
  eventType?: string | null;
  since?: number | null;
  pageSize?: number;
  pageToken?: string | null;
}
export interface PageOfNearEvent {
  items: NearEvent[];
  nextPageToken: string | null;
}
/**
 * An event of the log, and how far from the position it was.
 */
export interface NearEvent {
  id: string;
  playerId: string;
  workspaceId: string;
  experienceId: string;
  eventType: string;
  contentId: string | null;
  data: {
    [k: string]: unknown;
  };
  locationLat: number;
  locationLng: number;
  distanceMeters: number;
  timestamp: number;
  receivedAt: number;
  flags: string[];
}
/**
 * Recompute a player's progress from the log, for the workspace's operators.
 */
export interface AuditProgress {
  workspaceId: string;
  experienceId: string;
  playerId: string;
}
/**
 * How many events the log has, and each drift: none is as it should be.
 *
 * The log is that of the player, and of those whom they took over.
 */
export interface ProgressAudit {
  events: number;
  drifts: Drift[];
}
/**
 * A field, or an event of the log, that is not as the log makes it.
 *
 * What is wrong with a player who was taken over has a path from `mergedFrom/{playerId}/`.
 */
export interface Drift {
  path: string;
  stored: {
    [k: string]: unknown;
  };
  recomputed: {
    [k: string]: unknown;
  };
}
/**
 * The players of an experience: all, who hold an item, or who visited a waypoint.
 */
export interface ListProgress {
  workspaceId: string;
  experienceId: string;
  holdsItem?: string | null;
  visited?: string | null;
  orderBy?: "lastPlayedAt" | "completion";
  pageSize?: number;
  pageToken?: string | null;
}
export interface PageOfProgressSummary {
  items: ProgressSummary[];
  nextPageToken: string | null;
}
/**
 * A player's progress without the state, which may be large: what lists show.
 */
export interface ProgressSummary {
  playerId: string;
  workspaceId: string;
  experienceId: string;
  experienceVersion: number;
  nickname: string | null;
  startedAt: number;
  completedAt: number | null;
  lastPlayedAt: number;
  playtimeSeconds: number;
  distanceMeters: number;
  xp: number;
  level: number;
  achievements: Achievement[];
  completionPercentage: number;
  currentLocation: string | null;
  lastPosition: Position | null;
  version: number;
  createdAt: number;
  updatedAt: number;
}
/**
 * What a player has unlocked: the highest tier reached, from 1, and when (server's time).
 */
export interface Achievement {
  id: string;
  tier: number;
  unlockedAt: number;
}
/**
 * Where a player was last seen, in degrees, and when (the event's time).
 */
export interface Position {
  lat: number;
  lng: number;
  at: number;
}
/**
 * What players did in an experience, the newest first: all, or by one of three filters.
 *
 * `since` is the earliest time of the events, in Unix ms.
 */
export interface ListProgressEvents {
  workspaceId: string;
  experienceId: string;
  playerId?: string | null;
  eventType?: string | null;
  contentId?: string | null;
  since?: number | null;
  pageSize?: number;
  pageToken?: string | null;
}
export interface PageOfProgressEventView {
  items: ProgressEventView[];
  nextPageToken: string | null;
}
/**
 * One thing that a player did. `id` is its key in the player's log: with `playerId` a name.
 */
export interface ProgressEventView {
  id: string;
  playerId: string;
  workspaceId: string;
  experienceId: string;
  eventType: string;
  contentId: string | null;
  data: {
    [k: string]: unknown;
  };
  locationLat: number | null;
  locationLng: number | null;
  timestamp: number;
  receivedAt: number;
  flags: string[];
}
/**
 * Count what a player did in an experience, all of it or nothing.
 *
 * `batchId` names the call: repeated, it gets the same answer and reads no more than the
 * progress. `playerId` is for attendants of the workspace, who report about a player.
 */
export interface TrackProgressEvents {
  workspaceId: string;
  experienceId: string;
  batchId?: string | null;
  playerId?: string | null;
  /**
   * @minItems 1
   * @maxItems 50
   */
  events: TrackedEvent[];
}
/**
 * One thing that happened. `eventId` is the client's own: sent again, it counts once.
 *
 * `occurredAt` is Unix ms by the client's clock; without it, it happened when it came.
 */
export interface TrackedEvent {
  eventId: string;
  eventType: string;
  contentId?: string | null;
  data?: {
    [k: string]: unknown;
  };
  locationLat?: number | null;
  locationLng?: number | null;
  occurredAt?: number | null;
}
/**
 * What became of a batch, and the progress now.
 */
export interface TrackedProgress {
  tracked: number;
  repeated: number;
  flagged: FlaggedEvent[];
  unlocked: Achievement[];
  progress: ProgressView;
}
/**
 * An event that was clamped, or of which something was not counted.
 */
export interface FlaggedEvent {
  eventId: string;
  flags: string[];
}
/**
 * What a player and the workspace's operators see of it.
 */
export interface ProgressView {
  playerId: string;
  workspaceId: string;
  experienceId: string;
  experienceVersion: number;
  nickname: string | null;
  startedAt: number;
  completedAt: number | null;
  lastPlayedAt: number;
  playtimeSeconds: number;
  distanceMeters: number;
  xp: number;
  level: number;
  achievements: Achievement[];
  completionPercentage: number;
  currentLocation: string | null;
  lastPosition: Position | null;
  version: number;
  createdAt: number;
  updatedAt: number;
  state: PlayerState;
}
/**
 * What a game keeps of a player. `inventory` has the ids of what they hold, each once.
 */
export interface PlayerState {
  inventory: string[];
  inventoryQuantities: {
    [k: string]: number;
  };
  visitedWaypoints: string[];
  completedQuests: string[];
  activeQuests: string[];
  unlockedAreas: string[];
  collectibles: {
    [k: string]: unknown;
  };
  flags: {
    [k: string]: unknown;
  };
  choices: {
    [k: string]: unknown;
  };
}
/**
 * Change what the caller holds, in this order, all of it or nothing.
 *
 * `expectedVersion` is the `version` of the progress that the change is made to.
 */
export interface UpdateInventory {
  workspaceId: string;
  experienceId: string;
  /**
   * @minItems 1
   * @maxItems 50
   */
  operations: InventoryOperation[];
  expectedVersion?: number | null;
  requestId?: string | null;
}
/**
 * One change of what a player holds. `set` to 0 takes all of an item.
 */
export interface InventoryOperation {
  op: "add" | "remove" | "set";
  itemId: string;
  quantity: number;
}
/**
 * Where the caller is now. Without a `currentLocation` that stays what it was.
 */
export interface UpdateLocation {
  workspaceId: string;
  experienceId: string;
  currentLocation?: string | null;
  locationLat: number;
  locationLng: number;
}
/**
 * The caller's own profile.
 */
export interface GetPlayerProfile {}
/**
 * Change the caller's preferences: null takes one away, objects merge at every depth.
 */
export interface UpdatePreferences {
  preferences: {
    [k: string]: unknown;
  };
}
/**
 * What boards of an experience show of the caller; null for nothing.
 */
export interface SetNickname {
  workspaceId: string;
  experienceId: string;
  nickname: string | null;
}
/**
 * The caller's progress in an experience, or for operators that of a player.
 */
export interface GetExperienceProgress {
  workspaceId: string;
  experienceId: string;
  playerId?: string | null;
}
/**
 * The caller's progress in all experiences, the newest first.
 */
export interface ListExperienceProgress {
  pageSize?: number;
  pageToken?: string | null;
}
export interface PageOfProgressView {
  items: ProgressView[];
  nextPageToken: string | null;
}
/**
 * Save anything in a slot of an experience; `data` replaces what was there.
 *
 * `expectedVersion` is the version of the save that it replaces, 0 for an empty slot. Without it
 * the last one wins.
 */
export interface SaveState {
  workspaceId: string;
  experienceId: string;
  slot: number;
  data: {
    [k: string]: unknown;
  };
  expectedVersion?: number | null;
}
/**
 * A save as the player gets it.
 */
export interface SavedStateView {
  slot: number;
  data: {
    [k: string]: unknown;
  };
  version: number;
  createdAt: number;
  updatedAt: number;
}
/**
 * What the caller saved in a slot of an experience.
 */
export interface GetState {
  workspaceId: string;
  experienceId: string;
  slot: number;
}
/**
 * Create a draft. A repeated call with the same `requestId` returns the first one's.
 */
export interface CreateCampaign {
  workspaceId: string;
  name: string;
  templateId: "spin_wheel";
  config?: AuthoredCampaignConfigPart | null;
  requestId?: string | null;
}
/**
 * A config as an author sends it, complete or not.
 */
export interface AuthoredCampaignConfigPart {
  theme?: Experience_Parts__AuthoredThemePart__2 | null;
  copy?: AuthoredCopyPart | null;
  sounds?: AuthoredSoundsPart | null;
  locale?: string | null;
  game?: AuthoredGamePart | null;
}
/**
 * A theme as an author sends it.
 */
export interface Experience_Parts__AuthoredThemePart__2 {
  primaryColor?: string | null;
  secondaryColor?: string | null;
  fontFamily?: string | null;
  logoUrl?: string | null;
}
/**
 * Copy as an author sends it.
 */
export interface AuthoredCopyPart {
  headline?: string | null;
  intro?: string | null;
  cta?: string | null;
  win?: string | null;
  lose?: string | null;
}
/**
 * Sounds as an author sends them.
 */
export interface AuthoredSoundsPart {
  spin?: string | AuthoredSoundPrompt | null;
  win?: string | AuthoredSoundPrompt | null;
}
/**
 * A description of a sound as an author sends it.
 */
export interface AuthoredSoundPrompt {
  prompt: string;
}
/**
 * A game as an author sends it, complete or not.
 */
export interface AuthoredGamePart {
  segments?: AuthoredSegment[] | null;
  prizes?: AuthoredPrize[] | null;
  window?: AuthoredWindowPart | null;
  limit?: AuthoredLimitPart | null;
  person?: Person | null;
  terms?: AuthoredTermsPart | null;
}
/**
 * A segment as an author sends it.
 */
export interface AuthoredSegment {
  id: string;
  label: string;
  prizeId?: string | null;
}
/**
 * A prize as an author sends it.
 */
export interface AuthoredPrize {
  id: string;
  name: string;
  kind?: PrizeKind;
  weightPpm: number;
  stock?: number | null;
  perDay?: number | null;
  codes?: Codes;
}
/**
 * A window as an author sends it.
 */
export interface AuthoredWindowPart {
  opensAt?: number | null;
  closesAt?: number | null;
  timeZone?: string | null;
}
/**
 * A limit as an author sends it.
 */
export interface AuthoredLimitPart {
  per?: ("campaign" | "day") | null;
  plays?: number | null;
  wins?: number | null;
}
/**
 * Terms as an author sends them.
 */
export interface AuthoredTermsPart {
  version?: string | null;
  url?: string | null;
  minimumAge?: number | null;
}
/**
 * A campaign as its workspace sees it.
 */
export interface CampaignView {
  id: string;
  tenantId: string;
  userId: string;
  name: string;
  templateId: string;
  status: CampaignStatus;
  config: CampaignConfig;
  bundleUrl: string | null;
  thumbnailUrl: string | null;
  latestRunId: string | null;
  pendingRunId: string | null;
  publishError: string | null;
  built: BuiltCampaign | null;
  draws: PublicDraw[];
  drawSecret: string | null;
  claimSecret: string | null;
  revokedBatches: string[];
  codeCounts: {
    [k: string]: number;
  };
  version: number;
  nameKey: string;
  request: string | null;
  deleted: boolean;
  deletedAt: number | null;
  closedAt: number | null;
  revealPending: boolean;
  createdAt: number;
  updatedAt: number;
}
/**
 * All that an author decides. A draft may have it incomplete: `missing`.
 */
export interface CampaignConfig {
  theme: Theme;
  copy: Copy;
  sounds: Sounds;
  locale: string;
  game: Game;
}
/**
 * How a campaign looks. `logoUrl`: an object of the workspace's folder, by path or uri.
 */
export interface Theme {
  primaryColor: string | null;
  secondaryColor: string | null;
  fontFamily: string | null;
  logoUrl: string | null;
}
/**
 * The words of a campaign; what is absent is generated.
 */
export interface Copy {
  headline: string | null;
  intro: string | null;
  cta: string | null;
  win: string | null;
  lose: string | null;
}
/**
 * What the wheel sounds like: a name of the library, or a description; None for the usual.
 */
export interface Sounds {
  spin: string | SoundPrompt | null;
  win: string | SoundPrompt | null;
}
/**
 * A sound by its description.
 */
export interface SoundPrompt {
  prompt: string;
}
/**
 * How a campaign is played. A draft may have it incomplete: `issues_of`.
 */
export interface Game {
  segments: Segment[];
  prizes: Prize[];
  window: Window | null;
  limit: Limit;
  person: Person;
  terms: Terms | null;
}
/**
 * A part of the wheel; `prizeId` None: no prize.
 */
export interface Segment {
  id: string;
  label: string;
  prizeId: string | null;
}
/**
 * What can be won. `stock` None: as much as is won. `perDay` None: no cap for a day.
 *
 * `weightPpm`: how likely a play draws it, in parts of a million.
 */
export interface Prize {
  id: string;
  name: string;
  kind: PrizeKind;
  weightPpm: number;
  stock: number | null;
  perDay: number | null;
  codes: Codes;
}
/**
 * When it can be played, in Unix milliseconds, and the zone in which a day begins.
 */
export interface Window {
  opensAt: number;
  closesAt: number;
  timeZone: string;
}
/**
 * How many plays and wins a person has, in the whole campaign or in a day.
 *
 * `wins` None: as many as they play.
 */
export interface Limit {
  per: "campaign" | "day";
  plays: number;
  wins: number | null;
}
/**
 * What a player accepts before they play.
 */
export interface Terms {
  version: string;
  url: string;
  minimumAge: number | null;
}
/**
 * What the last build that succeeded made: what a player sees and hears.
 *
 * `theme` and `words` are complete here, with what was generated and corrected.
 */
export interface BuiltCampaign {
  theme: {
    [k: string]: unknown;
  };
  copy: {
    [k: string]: string;
  };
  media: BuiltMedia;
  locale: string;
}
/**
 * Addresses of what a build made; None where it made none.
 */
export interface BuiltMedia {
  logo: string | null;
  background: string | null;
  emblem: string | null;
  spin: string | null;
  win: string | null;
}
/**
 * What everybody may know of a draw. `seed`, in hex, once the campaign is closed.
 */
export interface PublicDraw {
  n: number;
  at: number;
  seedHash: string;
  oddsHash: string;
  seed: string | null;
}
/**
 * Change a name and a config; what is left out of the config stays, what is null goes.
 */
export interface UpdateCampaign {
  workspaceId: string;
  campaignId: string;
  expectedVersion: number;
  name?: string | null;
  config?: AuthoredCampaignConfigPart | null;
}
/**
 * Build the campaign.
 */
export interface GenerateCampaign {
  workspaceId: string;
  campaignId: string;
  expectedVersion: number;
}
/**
 * A campaign that is being built, and the run that builds it.
 */
export interface GeneratedCampaign {
  campaign: CampaignView;
  run: RunSummary;
}
/**
 * The HTML that shows a campaign within another page.
 */
export interface GetEmbedCode {
  workspaceId: string;
  campaignId: string;
}
/**
 * The HTML that shows a campaign within another page, and the address that it shows.
 */
export interface EmbedCode {
  html: string;
  url: string;
}
/**
 * Take a live campaign off.
 */
export interface ArchiveCampaign {
  workspaceId: string;
  campaignId: string;
  expectedVersion: number;
}
/**
 * Make an archived campaign live again.
 */
export interface RestoreCampaign {
  workspaceId: string;
  campaignId: string;
  expectedVersion: number;
}
/**
 * Delete a campaign; it can be undeleted.
 */
export interface DeleteCampaign {
  workspaceId: string;
  campaignId: string;
  expectedVersion: number;
}
/**
 * Bring a deleted campaign back.
 */
export interface UndeleteCampaign {
  workspaceId: string;
  campaignId: string;
  expectedVersion: number;
}
/**
 * Read a campaign, a deleted one too.
 */
export interface GetCampaign {
  workspaceId: string;
  campaignId: string;
}
/**
 * The workspace's campaigns: the newest first, under a prefix by name.
 */
export interface ListCampaigns {
  workspaceId: string;
  status?: CampaignStatus | null;
  namePrefix?: string | null;
  deleted?: boolean;
  pageSize?: number;
  pageToken?: string | null;
}
export interface PageOfCampaignView {
  items: CampaignView[];
  nextPageToken: string | null;
}
/**
 * End playing for good, and reveal the draws' seeds.
 */
export interface CloseCampaign {
  workspaceId: string;
  campaignId: string;
  expectedVersion: number;
}
/**
 * Play once. Asked again, it is the same play with the same claim.
 */
export interface PlayCampaign {
  workspaceId: string;
  campaignId: string;
  termsVersion: string;
  number?: number;
  projectId?: string | null;
  sessionId?: string | null;
  ticket?: string | null;
}
/**
 * Where the wheel stops, and what was won.
 */
export interface PlayResult {
  playId: string;
  segmentId: string;
  prize: AwardedPrize | null;
  claim: Claim | null;
  next: NextPlay | null;
}
/**
 * A prize as its winner sees it.
 */
export interface AwardedPrize {
  id: string;
  name: string;
  kind: PrizeKind;
}
/**
 * What a winner shows to get the prize.
 */
export interface Claim {
  code: string;
}
/**
 * When the same person may play again, in Unix milliseconds.
 */
export interface NextPlay {
  at: number;
}
/**
 * Read one of the caller's own plays.
 */
export interface GetPlay {
  workspaceId: string;
  campaignId: string;
  playId: string;
}
/**
 * The plays of a campaign, the newest first, for its workspace.
 */
export interface ListPlays {
  workspaceId: string;
  campaignId: string;
  status?: PlayStatus | null;
  prizeId?: string | null;
  pageSize?: number;
  pageToken?: string | null;
}
export interface PageOfPlayView {
  items: PlayView[];
  nextPageToken: string | null;
}
/**
 * A play as its workspace sees it: of a code the hash alone.
 */
export interface PlayView {
  id: string;
  uid: string | null;
  period: string;
  number: number;
  draw: number;
  roll: number;
  drawnPrizeId: string | null;
  denied: Denied | null;
  segmentId: string;
  prizeId: string | null;
  prizeName: string | null;
  prizeKind: PrizeKind | null;
  status: PlayStatus;
  claimHash: string | null;
  day: string;
  createdAt: number;
  redeemedAt: number | null;
  redeemedBy: string | null;
  voidedAt: number | null;
  voidReason: string | null;
}
/**
 * Write all plays of a campaign into a file.
 */
export interface ExportPlays {
  workspaceId: string;
  campaignId: string;
}
/**
 * Where the file with a campaign's plays can be had, until when, and how many it has.
 */
export interface PlaysExport {
  url: string;
  expiresAt: number;
  plays: number;
}
/**
 * How many played, won, redeemed and were voided, by day and prize.
 */
export interface GetCampaignFunnel {
  workspaceId: string;
  campaignId: string;
  days?: number;
}
/**
 * The sums of a window of days, and the same by day and by prize.
 */
export interface CampaignFunnel {
  played: number;
  won: number;
  redeemed: number;
  voided: number;
  days: DayFunnel[];
  prizes: PrizeFunnel[];
}
/**
 * The plays of one local day.
 */
export interface DayFunnel {
  played: number;
  won: number;
  redeemed: number;
  voided: number;
  day: string;
}
/**
 * What became of one prize; `denied`: how often it was drawn and not awarded, by reason.
 */
export interface PrizeFunnel {
  prizeId: string;
  won: number;
  redeemed: number;
  voided: number;
  denied: {
    [k: string]: number;
  };
}
/**
 * Hand a prize out, once.
 */
export interface RedeemClaim {
  workspaceId: string;
  campaignId: string;
  code: string;
}
/**
 * A claim that was redeemed just now.
 */
export interface RedeemedClaim {
  playId: string;
  prize: AwardedPrize;
  redeemedAt: number;
}
/**
 * Take a claim back; its unit can be won again.
 */
export interface VoidClaim {
  workspaceId: string;
  campaignId: string;
  playId: string;
  reason: string;
}
/**
 * Make a batch of tickets; under the same `requestId` the same ones again.
 */
export interface CreateTickets {
  workspaceId: string;
  campaignId: string;
  count: number;
  requestId: string;
}
/**
 * A batch of tickets, in the order of their numbers.
 */
export interface Tickets {
  batchId: string;
  tickets: string[];
}
/**
 * Make a batch of tickets invalid.
 */
export interface RevokeTickets {
  workspaceId: string;
  campaignId: string;
  batchId: string;
}
/**
 * The batches of a campaign whose tickets are invalid.
 */
export interface RevokedBatches {
  revokedBatches: string[];
}
/**
 * Add codes to a prize. Those that it has already are passed over.
 */
export interface UploadCodes {
  workspaceId: string;
  campaignId: string;
  prizeId: string;
  /**
   * @minItems 1
   * @maxItems 400
   */
  codes: string[];
}
/**
 * How many codes were added, and how many the prize has in all.
 */
export interface UploadedCodes {
  added: number;
  total: number;
}
/**
 * Generate something. A repeated call with the same `requestId` returns the first one's.
 */
export interface CreateAiGeneration {
  workspaceId: string;
  generationType: GenerationType;
  params: GenerationParams;
  campaignId?: string | null;
  requestId?: string | null;
}
/**
 * What is wanted. A `brief` may name prizes, colours and a tone; see the docs.
 */
export interface GenerationParams {
  brief: string;
  tone?: string | null;
  locale?: string | null;
  style?: string | null;
}
/**
 * A generation as its workspace sees it.
 *
 * `imageUrl` shows the picture of a `theme_image` until it expires. Only `createAiGeneration` and
 * `getAiGeneration` give it.
 */
export interface AiGenerationView {
  id: string;
  tenantId: string;
  userId: string;
  campaignId: string | null;
  generationType: GenerationType;
  status: GenerationStatus;
  accepted: boolean;
  acceptedAt: number | null;
  rejectedAt: number | null;
  inputParams: {
    [k: string]: unknown;
  };
  output: {
    [k: string]: unknown;
  } | null;
  error: GenerationError | null;
  durationMs: number | null;
  llmModel: string | null;
  promptVersion: string;
  attempts: number;
  usage: Usage;
  createdAt: number;
  updatedAt: number;
  imageUrl: string | null;
}
/**
 * Why there is no output. `retryable`: another generation may have one.
 */
export interface GenerationError {
  code: string;
  message: string;
  retryable: boolean;
}
/**
 * Tokens, and what they cost in micro-dollars as far as the prices are known.
 */
export interface Usage {
  inputTokens: number;
  outputTokens: number;
  costMicros: number;
}
/**
 * Apply a generation's output to its campaign; a plan without one creates it.
 *
 * With `expectedVersion` it is applied to that version of the campaign only.
 */
export interface AcceptAiGeneration {
  workspaceId: string;
  generationId: string;
  expectedVersion?: number | null;
}
/**
 * Say no to a generation's output. It can be accepted after all.
 */
export interface RejectAiGeneration {
  workspaceId: string;
  generationId: string;
}
/**
 * Read a generation.
 */
export interface GetAiGeneration {
  workspaceId: string;
  generationId: string;
}
/**
 * The workspace's generations, the newest first.
 */
export interface ListAiGenerations {
  workspaceId: string;
  campaignId?: string | null;
  status?: GenerationStatus | null;
  pageSize?: number;
  pageToken?: string | null;
}
export interface PageOfAiGenerationView {
  items: AiGenerationView[];
  nextPageToken: string | null;
}
/**
 * Say something to the assistant, in a new session without `chatSessionId`.
 *
 * A repeated call with the same `requestId` in the same session, or twice without one, returns
 * the first one's messages as they are by then.
 */
export interface SendChatMessage {
  workspaceId: string;
  chatSessionId?: string | null;
  content: string;
  requestId?: string | null;
}
/**
 * What the user said and what the assistant says to it, in their session.
 */
export interface ChatSent {
  session: ChatSessionView;
  userMessage: ChatMessageView;
  assistantMessage: ChatMessageView;
}
/**
 * A session as its user sees it.
 */
export interface ChatSessionView {
  id: string;
  tenantId: string;
  userId: string;
  title: string;
  messageCount: number;
  lastMessageAt: number;
  createdAt: number;
  updatedAt: number;
}
/**
 * A message as its user sees it.
 */
export interface ChatMessageView {
  id: string;
  number: number;
  chatSessionId: string;
  tenantId: string;
  userId: string;
  role: MessageRole;
  content: string;
  status: MessageStatus;
  error: ChatError | null;
  llmModel: string | null;
  usage: Usage | null;
  proposal: Proposal | null;
  createdAt: number;
  updatedAt: number;
}
/**
 * Why a message has no end: a `ModelErrorCode`, or a code of `ChatErrorCode`.
 */
export interface ChatError {
  code: string;
  message: string;
}
/**
 * A call of a tool that runs only once the user has confirmed it.
 *
 * `summary` says in words what it does. It can be confirmed until `expiresAt`; `result` is what
 * came of it.
 */
export interface Proposal {
  tool: string;
  arguments: {
    [k: string]: unknown;
  };
  summary: string;
  expiresAt: number;
  status: ProposalStatus;
  result: string | null;
  confirmedAt: number | null;
}
/**
 * A further part of the message that is being written.
 */
export interface ChatDelta {
  delta: string;
}
/**
 * Have the assistant write no more of a message.
 */
export interface StopChatMessage {
  workspaceId: string;
  chatSessionId: string;
  messageId: string;
}
/**
 * Carry out what a message of the assistant proposes.
 */
export interface ConfirmProposal {
  workspaceId: string;
  chatSessionId: string;
  messageId: string;
}
/**
 * The caller's own sessions of a workspace, the one that was last written to first.
 */
export interface ListChatSessions {
  workspaceId: string;
  pageSize?: number;
  pageToken?: string | null;
}
export interface PageOfChatSessionView {
  items: ChatSessionView[];
  nextPageToken: string | null;
}
/**
 * The messages of a session, the oldest first.
 */
export interface GetChatMessages {
  workspaceId: string;
  chatSessionId: string;
  pageSize?: number;
  pageToken?: string | null;
}
export interface PageOfChatMessageView {
  items: ChatMessageView[];
  nextPageToken: string | null;
}
/**
 * Give a session another title.
 */
export interface RenameChatSession {
  workspaceId: string;
  chatSessionId: string;
  title: string;
}
/**
 * Delete a session with all its messages.
 */
export interface DeleteChatSession {
  workspaceId: string;
  chatSessionId: string;
}
/**
 * A session that is gone, or whose messages are being deleted. A repeat returns the same.
 */
export interface ChatSessionDeleted {
  chatSessionId: string;
  deletedAt: number;
}
/**
 * A guest to be erased: the caller, or for an admin the guest of this uid.
 *
 * Of a project or of an event: one of both is named.
 */
export interface EraseGuest {
  projectId?: string | null;
  eventId?: string | null;
  guestId?: string | null;
}
/**
 * The receipt of an erasure: how much of each kind is gone. It names nobody.
 *
 * `progress` is that of experiences in which they did nothing but complete sessions. Another call
 * for the same guest finds nothing more, and its receipt says so.
 */
export interface Erasure {
  receiptId: string;
  erasedAt: number;
  guests: number;
  sessions: number;
  jobs: number;
  runs: number;
  objects: number;
  progress: number;
  mails: number;
}
/**
 * The documents that clients may listen to, and which clients.
 */
export interface Documents {
  /**
   * `/projects/{projectId}/guests/{guestId}`, for the guest, and members of the workspace.
   */
  guest: Guest;
  /**
   * `/projects/{projectId}/sessions/{sessionId}`, for its guest, and members of the workspace.
   */
  session: Session;
  /**
   * `/events/{eventId}/sessions/{sessionId}`, for its guest, and members of the workspace.
   */
  eventSession: EventSession;
  /**
   * `/projects/{projectId}/jobs/{jobId}`, for its guest, and members of the workspace.
   */
  job: Job;
  /**
   * `/projects/{projectId}`, for members of the workspace.
   */
  project: Project;
  /**
   * `/workspaces/{workspaceId}`, for members of the workspace.
   */
  workspace: Workspace;
  /**
   * `/workspaces/{workspaceId}/members/{uid}`, for members of the workspace.
   */
  member: Member;
  /**
   * `/workspaces/{workspaceId}/experiences/{experienceId}`, for members of the workspace.
   */
  experience: Experience;
  /**
   * `/workspaces/{workspaceId}/experiences/{experienceId}/experienceVersions/{version}`, for members of the workspace.
   */
  experienceVersion: ExperienceVersion;
  /**
   * `/workspaces/{workspaceId}/aiGenerations/{generationId}`, for members of the workspace.
   */
  aiGeneration: AiGeneration;
  /**
   * `/workspaces/{workspaceId}/chatSessions/{chatSessionId}`, for its user, while they are a member; a query names `userId` and `deletedAt == null`.
   */
  chatSession: ChatSession;
  /**
   * `/workspaces/{workspaceId}/chatSessions/{chatSessionId}/chatMessages/{messageId}`, for the user of its session, while they are a member.
   */
  chatMessage: ChatMessage;
  /**
   * `/events/{eventId}`, for anybody who is signed in while the event is live, and members of the workspace.
   */
  event: Event;
  /**
   * `/events/{eventId}/journeys/{journeyId}`, for anybody who is signed in while the event is live, and members of the workspace.
   */
  journey: Journey;
  /**
   * `/events/{eventId}/steps/{stepId}`, for anybody who is signed in while the event is live, and members of the workspace.
   */
  step: Step;
  /**
   * `/experiences/{experienceId}`, for members of the workspace.
   */
  eventExperience: EventExperience;
}
/**
 * `/projects/{projectId}/sessions/{id}`. Timestamps are Unix milliseconds.
 *
 * A guest may write a new one themselves. Until the server has adopted it, it has no workspace,
 * no version and no phase; one that the server refused never gets a phase, and expires.
 */
export interface Session {
  shard?: number;
  id: string;
  projectId: string;
  workspaceId: string | null;
  eventId: string | null;
  experienceId: string;
  experienceVersion: number | null;
  mode: Mode;
  configSource: "draft" | "published";
  phase: Phase | null;
  status: SessionStatus;
  currentStepIndex: number;
  answers: Answer[];
  capturedMedia: CapturedMedia[];
  outputs: {
    [k: string]: MediaReference;
  };
  resultMedia: ResultMedia | null;
  jobId: string | null;
  jobStatus: JobStatus | null;
  jobError: JobError | null;
  error: SessionError | null;
  mainSessionId: string | null;
  pregateSessionId: string | null;
  createdBy: string | null;
  requestFingerprint: string | null;
  createdAt: number;
  updatedAt: number;
  completedAt: number | null;
}
/**
 * `/events/{eventId}/sessions/{id}`: what clients get, and what the server keeps about it.
 *
 * Sessions of earlier versions have nothing of the latter, and no `stepOrder` and `createdBy`.
 */
export interface EventSession {
  shard?: number;
  id: string;
  eventId: string;
  state: SessionState;
  inputImagePath?: string;
  resultImagePath?: string;
  error?: string;
  errorCode?: JobErrorCode;
  journeyId?: string;
  currentStepIndex?: number;
  stepOrder?: string[];
  data?: {
    [k: string]: unknown;
  };
  createdBy?: string;
  createdAt: number;
  updatedAt: number;
  workspaceId?: string;
  requestFingerprint?: string;
  uploadRate?: Rate;
  captureGeneration?: number;
  resultGeneration?: number;
  runId?: string;
  transformAttempt?: number;
  transformingSince?: number;
  locale?: string;
  hasEmail?: boolean;
  mailDueAt?: number;
  revokedAt?: number;
}
/**
 * A person of a workspace: `/workspaces/{w}/members/{uid}`.
 */
export interface Member {
  uid: string;
  role: Role;
  createdAt: number;
}
/**
 * `…/experiences/{e}/experienceVersions/{version}`: one publication, never changed again.
 */
export interface ExperienceVersion {
  /**
   * @maxItems 50
   */
  steps: Step[];
  transform: Transform | null;
  progress: ProgressRules | null;
  translations?: {
    [k: string]: ExperienceTranslation;
  };
  version: number;
  publishedAt: number;
}
/**
 * One request to a language model, its output, and what became of it.
 *
 * `inputParams` is what was asked for, `output` what the model made of it. `campaignId` is the
 * campaign that it is for, or that an accepted plan created; None once that was deleted.
 * `reservation`: the day's tokens that it holds while it is pending. `request` is the fingerprint
 * of the call that created it, where that had a requestId.
 */
export interface AiGeneration {
  id: string;
  tenantId: string;
  userId: string;
  campaignId: string | null;
  generationType: GenerationType;
  status: GenerationStatus;
  accepted: boolean;
  acceptedAt: number | null;
  rejectedAt: number | null;
  inputParams: {
    [k: string]: unknown;
  };
  output: {
    [k: string]: unknown;
  } | null;
  error: GenerationError | null;
  durationMs: number | null;
  llmModel: string | null;
  promptVersion: string;
  attempts: number;
  usage: Usage;
  reservation: TokenReservation | null;
  request: string | null;
  createdAt: number;
  updatedAt: number;
}
/**
 * Tokens of a day that a call may use, until it is settled by what it used.
 */
export interface TokenReservation {
  day: string;
  tokens: number;
}
/**
 * One conversation of one user, which nobody else sees.
 *
 * `streamingMessage` is the number of the message that is being written. A deleted session stays
 * without title and messages, so that its id is not used again; `deletingSince` is set until its
 * messages are gone.
 */
export interface ChatSession {
  id: string;
  tenantId: string;
  userId: string;
  title: string;
  messageCount: number;
  lastMessageAt: number;
  streamingMessage: number | null;
  deletedAt: number | null;
  deletingSince: number | null;
  createdAt: number;
  updatedAt: number;
}
/**
 * One message: the odd numbers are the user's, the even ones the assistant's.
 *
 * `content` is all of it, or what there is so far. `llmModel` and `usage` are the assistant's.
 * `worker` writes it and has its lease until `leaseUntil`; `stopRequestedAt`: the user wants no
 * more of it. `reservation`: the day's tokens that its first round holds. `requestId` and
 * `request`, the fingerprint of the call, are the user's.
 */
export interface ChatMessage {
  id: string;
  number: number;
  chatSessionId: string;
  tenantId: string;
  userId: string;
  role: MessageRole;
  content: string;
  status: MessageStatus;
  error: ChatError | null;
  llmModel: string | null;
  usage: Usage | null;
  proposal: Proposal | null;
  worker: string | null;
  leaseUntil: number | null;
  stopRequestedAt: number | null;
  reservation: TokenReservation | null;
  requestId: string | null;
  request: string | null;
  createdAt: number;
  updatedAt: number;
}
/**
 * The code and the details of each reason.
 */
export interface Reasons {
  /**
   * Refused when nobody is signed in, or the token is not valid.
   */
  unauthenticated: {
    code: "unauthenticated";
    details: {};
  };
  /**
   * Refused when the deployment asks for App Check and the call has no valid token of it.
   */
  app_check_required: {
    code: "unauthenticated";
    details: {};
  };
  /**
   * Refused when the call costs money, and its App Check token was used before; repeat it with another one.
   */
  app_check_consumed: {
    code: "unauthenticated";
    details: {};
  };
  /**
   * Refused when App Check could not be asked whether the call's token is valid; try again.
   */
  app_check_unavailable: {
    code: "unavailable";
    details: {};
  };
  /**
   * Refused when the body is not JSON with the one field `data`; no SDK sends that.
   */
  malformed_request: {
    code: "invalid-argument";
    details: {
      issues: Issue[];
    };
  };
  /**
   * Refused when the body is larger than 1 MiB, of `saveExperience` and `startRun` than 4 MiB, or has more values than a hundredth of that.
   */
  request_too_large: {
    code: "invalid-argument";
    details: {
      issues: Issue[];
    };
  };
  /**
   * Refused when a field is missing, unknown or wrong; `issues` names each of them.
   */
  invalid_request: {
    code: "invalid-argument";
    details: {
      issues: Issue[];
    };
  };
  /**
   * Refused when something broke on our side; call again.
   */
  internal: {
    code: "internal";
    details: {};
  };
  /**
   * Refused when there is no such workspace, or none for this caller, or it was deleted.
   */
  workspace_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when there is no such experience, or none for this caller.
   */
  experience_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when what the session is answered against was erased.
   */
  experience_version_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when there is no such project, or it or its workspace was deleted.
   */
  project_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when there is no such event, or none for this caller, or its workspace was deleted.
   */
  event_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when this person is no guest of the project.
   */
  guest_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when there is no such session, or none for this caller.
   */
  session_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when there is no such journey, or none for this caller.
   */
  journey_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when there is no such step, or none for this caller.
   */
  step_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when `mainSessionId` is no main session of this caller.
   */
  main_session_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when the session holds no capture or result of this id.
   */
  asset_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when there is no such job, or none for this caller.
   */
  job_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when there is no such short address, or it is another guest's.
   */
  share_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when there is no such workflow, or none for this caller.
   */
  workflow_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when there is no such run, or none for this caller.
   */
  run_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when there is no such artifact, or none for this caller.
   */
  artifact_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when the caller's `role` in the workspace is below the `required` one.
   */
  role_required: {
    code: "permission-denied";
    details: {
      required: string;
      role?: string;
    };
  };
  /**
   * Refused when the project is not open for guests; its members may preview a draft and read what is archived.
   */
  project_not_live: {
    code: "failed-precondition";
    details: {
      status: string;
    };
  };
  /**
   * Refused when a project is to go live that was never published.
   */
  project_not_published: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when the event is not open for guests; its members may try out a draft and read what is archived.
   */
  event_not_live: {
    code: "failed-precondition";
    details: {
      status: string;
    };
  };
  /**
   * Refused when enabled experiences of the draft are not active or not published, or those of an event's step are not active ones of its workspace.
   */
  experiences_unavailable: {
    code: "failed-precondition";
    details: {
      experiences: string[];
    };
  };
  /**
   * Refused when the event has no such steps; `steps` are the ids without one.
   */
  steps_missing: {
    code: "failed-precondition";
    details: {
      steps: string[];
    };
  };
  /**
   * Refused when a deleted journey is to become the event's active one.
   */
  journey_deleted: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when the event's active journey would have no steps.
   */
  journey_empty: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when the journey to delete is the event's active one; choose another or none before.
   */
  journey_active: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when a deleted experience is to be published.
   */
  experience_deleted: {
    code: "failed-precondition";
    details: {
      status: string;
    };
  };
  /**
   * Refused when the draft to publish has no steps.
   */
  experience_empty: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when the workspace would be left without an owner.
   */
  last_owner: {
    code: "failed-precondition";
    details: {
      uid: string;
    };
  };
  /**
   * Refused when the guest has not accepted this `version` of the project's or event's consent.
   */
  consent_required: {
    code: "failed-precondition";
    details: {
      version: string;
    };
  };
  /**
   * Refused when `ensureGuest` was not called before.
   */
  guest_required: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when the experience cannot be played: `state` is `disabled`, `missing`, `deleted` or `unpublished`.
   */
  experience_unavailable: {
    code: "failed-precondition";
    details: {
      state: string;
    };
  };
  /**
   * Refused when the guest must complete the pregate first, which is `experienceId`.
   */
  pregate_required: {
    code: "failed-precondition";
    details: {
      experienceId: string;
    };
  };
  /**
   * Refused when the session has ended; `status` says how.
   */
  session_not_active: {
    code: "failed-precondition";
    details: {
      status: string;
    };
  };
  /**
   * Refused when another session of this experience is active; only in the `error` of a session that its guest wrote, never as the answer to a call.
   */
  session_active: {
    code: "failed-precondition";
    details: {
      sessionId: string;
    };
  };
  /**
   * Refused when required steps lack an answer; `steps` are their ids.
   */
  steps_incomplete: {
    code: "failed-precondition";
    details: {
      steps: string[];
    };
  };
  /**
   * Refused when the session goes through no journey, so has no steps.
   */
  no_journey: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when the session's state allows no such move: it is `from` and would become `to`.
   */
  move_not_allowed: {
    code: "failed-precondition";
    details: {
      from: string;
      to: string;
    };
  };
  /**
   * Refused when nothing was uploaded to the address yet.
   */
  upload_missing: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when the photo is one that only some phones read, such as HEIC: `found` is its type.
   */
  unsupported_media: {
    code: "failed-precondition";
    details: {
      found: string;
    };
  };
  /**
   * Refused when the file has more than `maxBytes`.
   */
  upload_too_large: {
    code: "failed-precondition";
    details: {
      maxBytes: number;
    };
  };
  /**
   * Refused when the file's bytes are not of the `declared` type but of the one `found`.
   */
  upload_type_mismatch: {
    code: "failed-precondition";
    details: {
      declared: string;
      found: string | null;
    };
  };
  /**
   * Refused when the photo breaks off before anything can be made of it, or contradicts itself.
   */
  upload_damaged: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when `width` times `height` of the photo is more than `maxPixels`.
   */
  upload_too_many_pixels: {
    code: "failed-precondition";
    details: {
      width: number;
      height: number;
      maxPixels: number;
    };
  };
  /**
   * Refused when this is not a completed main session.
   */
  session_not_completed: {
    code: "failed-precondition";
    details: {
      status: string;
      phase: string;
    };
  };
  /**
   * Refused when the experience transforms nothing.
   */
  no_transform: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when nothing says which experience transforms the photo: none was picked, named or set as fallback.
   */
  no_experience: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when the session has no photo.
   */
  no_capture: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when the session has no picture.
   */
  no_result: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when the job neither failed nor was cancelled.
   */
  job_not_retryable: {
    code: "failed-precondition";
    details: {
      status: string;
    };
  };
  /**
   * Refused when the job has ended.
   */
  job_not_cancellable: {
    code: "failed-precondition";
    details: {
      status: string;
    };
  };
  /**
   * Refused when the player has not begun this experience, or it is none of this caller's.
   */
  progress_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when the caller has not played anything yet.
   */
  player_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when nothing was saved in this slot.
   */
  save_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when the player was erased, so nothing is kept of them.
   */
  player_erased: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when the player became part of another one, who goes on instead.
   */
  player_merged: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when more of `itemId` would be removed than the player holds.
   */
  not_enough_items: {
    code: "failed-precondition";
    details: {
      itemId: string;
      held: number;
      needed: number;
    };
  };
  /**
   * Refused when an event is of a type that the server or an attendant writes; `path` names it.
   */
  server_only_event: {
    code: "permission-denied";
    details: {
      path: string;
    };
  };
  /**
   * Refused when `field` of the player's progress holds as much as it can; `path` names the event that found no room, if one did.
   */
  progress_full: {
    code: "resource-exhausted";
    details: {
      field: string;
      path?: string;
    };
  };
  /**
   * Refused when more is stored of the player than one call can read: the workspace has to hand it out.
   */
  export_too_large: {
    code: "resource-exhausted";
    details: {};
  };
  /**
   * Refused when no provider of pictures has this id.
   */
  unknown_provider: {
    code: "invalid-argument";
    details: {
      issues: Issue[];
    };
  };
  /**
   * Refused when the deployment has no key for the provider.
   */
  provider_not_configured: {
    code: "failed-precondition";
    details: {
      providerId: string;
    };
  };
  /**
   * Refused when the base run is of another `workflow`.
   */
  other_workflow: {
    code: "failed-precondition";
    details: {
      workflow: string;
    };
  };
  /**
   * Refused when the base run has not come to its end.
   */
  run_not_ended: {
    code: "failed-precondition";
    details: {
      status: string;
    };
  };
  /**
   * Refused when the `requestId` was used before, for another request.
   */
  request_id_reused: {
    code: "already-exists";
    details: {};
  };
  /**
   * Refused when another workspace has a project of this id.
   */
  project_id_taken: {
    code: "already-exists";
    details: {};
  };
  /**
   * Refused when another workspace has an event of this id.
   */
  event_id_taken: {
    code: "already-exists";
    details: {};
  };
  /**
   * Refused when another workspace has an experience of this id.
   */
  experience_id_taken: {
    code: "already-exists";
    details: {};
  };
  /**
   * Refused when this guest did it `limit` times within an hour.
   */
  rate_limited: {
    code: "resource-exhausted";
    details: {
      retryAfterSeconds: number;
      limit: number;
    };
  };
  /**
   * Refused when the `limit` of pictures of a project or event for today is used up, or what is left of it is for guests who have none yet.
   */
  daily_limit_reached: {
    code: "resource-exhausted";
    details: {
      retryAfterSeconds: number;
      limit: number;
    };
  };
  /**
   * Refused when this guest had the `limit` of pictures that one guest can have in a day.
   */
  guest_daily_limit_reached: {
    code: "resource-exhausted";
    details: {
      retryAfterSeconds: number;
      limit: number;
    };
  };
  /**
   * Refused when the run is of an event's session, whose next transform has a run of its own.
   */
  run_not_retryable: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when somebody else changed it first; `currentVersion` is the version now.
   */
  version_conflict: {
    code: "aborted";
    details: {
      currentVersion: number;
    };
  };
  /**
   * Refused when others kept writing the same documents; call again.
   */
  contention: {
    code: "aborted";
    details: {};
  };
  /**
   * Refused when there is no such campaign, or none for this caller.
   */
  campaign_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when the campaign's `status` does not allow this.
   */
  campaign_status: {
    code: "failed-precondition";
    details: {
      status: string;
    };
  };
  /**
   * Refused when undelete the campaign first.
   */
  campaign_deleted: {
    code: "failed-precondition";
    details: {
      deleted: boolean;
    };
  };
  /**
   * Refused when the campaign was closed for good at `closedAt`.
   */
  campaign_closed: {
    code: "failed-precondition";
    details: {
      closedAt: number;
    };
  };
  /**
   * Refused when the config lacks what it needs to be built and played; `issues` names each field.
   */
  campaign_incomplete: {
    code: "failed-precondition";
    details: {
      issues: Issue[];
    };
  };
  /**
   * Refused when a campaign of another workspace is public under this id; create a new one.
   */
  campaign_id_taken: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when the deployment has no secret that campaigns draw prizes by.
   */
  campaign_secret_missing: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when more units of the prize are `awarded` than the new stock has.
   */
  stock_awarded: {
    code: "failed-precondition";
    details: {
      prizeId: string;
      awarded: number;
    };
  };
  /**
   * Refused when odds and stock were changed 200 times.
   */
  too_many_draws: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when there is no such play, or it is another person's.
   */
  play_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when no play of this campaign has it.
   */
  claim_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when the campaign has no such prize.
   */
  prize_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when the campaign has no such batch of tickets.
   */
  ticket_batch_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when playing begins at `opensAt`, in Unix milliseconds.
   */
  not_open: {
    code: "failed-precondition";
    details: {
      opensAt: number;
    };
  };
  /**
   * Refused when playing ended at `closesAt`, in Unix milliseconds.
   */
  closed: {
    code: "failed-precondition";
    details: {
      closesAt: number;
    };
  };
  /**
   * Refused when the person has to accept the terms of this `version` at `url` first.
   */
  terms_required: {
    code: "failed-precondition";
    details: {
      version: string;
      url: string;
    };
  };
  /**
   * Refused when `number` is above the `plays` of a person; `next.at` says when they may play again.
   */
  limit_reached: {
    code: "failed-precondition";
    details: {
      plays: number;
      next: {
        [k: string]: number;
      } | null;
    };
  };
  /**
   * Refused when `projectId` and `sessionId` name no main session that the caller completed in this period.
   */
  session_required: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when `ticket` is missing, or none of this campaign.
   */
  ticket_invalid: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when the batch of this ticket was revoked.
   */
  ticket_revoked: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when the claim was redeemed at `redeemedAt`, in Unix milliseconds.
   */
  already_redeemed: {
    code: "failed-precondition";
    details: {
      redeemedAt: number;
    };
  };
  /**
   * Refused when the claim was taken back at `voidedAt`, in Unix milliseconds.
   */
  claim_voided: {
    code: "failed-precondition";
    details: {
      voidedAt: number;
    };
  };
  /**
   * Refused when a play without a prize has no claim; `status` is its status.
   */
  nothing_won: {
    code: "failed-precondition";
    details: {
      status: string;
    };
  };
  /**
   * Refused when the prize takes no uploaded codes.
   */
  codes_generated: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when 500 batches of tickets are revoked already.
   */
  too_many_revoked: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when this deployment's language model is unknown or has no key.
   */
  model_not_configured: {
    code: "failed-precondition";
    details: {
      model: string;
    };
  };
  /**
   * Refused when the workspace has fewer tokens left for today, of its `limit`, than the call may need.
   */
  token_budget: {
    code: "resource-exhausted";
    details: {
      retryAfterSeconds: number;
      limit: number;
    };
  };
  /**
   * Refused when there is no such AI generation, or none for this caller.
   */
  ai_generation_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when the generation is `pending` or `failed`: there is no output to decide about.
   */
  generation_status: {
    code: "failed-precondition";
    details: {
      status: string;
    };
  };
  /**
   * Refused when what was accepted cannot be rejected.
   */
  generation_accepted: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when copy, a theme, or what expects a version is for no campaign, or for one that was deleted.
   */
  generation_has_no_campaign: {
    code: "failed-precondition";
    details: {};
  };
  /**
   * Refused when there is no such chat session, or it is another user's, or it was deleted.
   */
  chat_session_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when the session has no such message.
   */
  chat_message_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when the assistant still writes its last message; wait, or stop it.
   */
  chat_busy: {
    code: "aborted";
    details: {};
  };
  /**
   * Refused when the message proposes nothing.
   */
  proposal_not_found: {
    code: "not-found";
    details: {};
  };
  /**
   * Refused when the proposal could be confirmed until `expiresAt`, in Unix milliseconds; ask for it again.
   */
  proposal_expired: {
    code: "failed-precondition";
    details: {
      expiresAt: number;
    };
  };
  /**
   * Refused when it was confirmed before and refused, as the proposal's `result` says; ask for it again.
   */
  proposal_failed: {
    code: "failed-precondition";
    details: {};
  };
}
/**
 * One thing that is wrong with a request: where, such as `answers[0].value`, and why.
 */
export interface Issue {
  path: string;
  message: string;
}
