/** The contract's nouns under the names that this page uses. */

import type { AnswerInput, Callables, ProjectPage, SessionView } from "experience-client";

export type {
  Job,
  JobStatus,
  NamedExperience,
  NextPhase,
  SessionWithSteps,
} from "experience-client";

export type Project = ProjectPage;
export type Value = AnswerInput["value"];
/** The fields that a session has both in its document and in a callable's response. */
export type Session = Omit<SessionView, "inputs" | "activeJobId" | "resultAssetId">;

export type ContentType = Callables["createUpload"]["request"]["contentType"];

/** What playing a session needs to know of it. */
export interface PlayedSession {
  id: string;
  phase: Session["phase"];
  status: Session["status"];
  currentStepIndex: number;
  answers: { stepId: string; value: Value }[];
  capturedMedia: StoredMedia[];
  updatedAt: number;
}

export interface StoredMedia {
  stepId: string;
  assetId?: string;
  /** Null if it has to be signed. */
  url: string | null;
  contentType: string | null;
}

/** The project or the event whose code the guest scanned, as far as its screens show it. */
export interface Venue {
  name: string;
  theme?: Theme | null;
}

/** An experience that a picker offers. */
export interface Choice {
  id: string;
  name: string;
  previewMediaUrl?: string;
}

/** How a photo is taken, where its experience says so. */
export interface CameraSettings {
  facing: "user" | "environment";
  countdownSeconds: number;
}

/** An event, as far as its page shows it. */
export interface EventPage extends Venue {
  id: string;
  consent?: ConsentText;
}

export interface ConsentText {
  version: string;
  text: string;
  minimumAge?: number | null;
}

export interface Theme {
  primaryColor?: unknown;
  logoUrl?: unknown;
  fontFamily?: unknown;
}

/**
 * A step as this page reads it: of any type, known or not, with whatever config it has. The compiler
 * checks that the contract's steps can be assigned to it.
 */
export interface Step {
  id: string;
  type: string;
  title?: string;
  description?: string;
  mediaUrl?: string | null;
  mediaType?: "image" | "gif" | "video" | "lottie" | null;
  ctaLabel?: string;
  config?: StepConfig;
}

export interface StepConfig {
  variable?: string | null;
  sourceVariable?: string;
  allowVideos?: boolean;
  required?: boolean;
  placeholder?: string;
  maxLength?: number;
  options?: { label: string; value: string }[];
  allowMultiple?: boolean;
  yesLabel?: string;
  noLabel?: string;
  scaleMin?: number;
  scaleMax?: number;
  minLabel?: string;
  maxLabel?: string;
  layout?: "grid" | "list" | "carousel";
  experienceIds?: string[];
  fallbackExperienceId?: string | null;
  messages?: string[];
  estimatedDuration?: number;
  allowDownload?: boolean;
  allowSystemShare?: boolean;
  allowEmail?: boolean;
  socials?: string[];
}

// To be replaced by the contract's own.
export type StepInput =
  | { type: "text"; value: string }
  | { type: "boolean"; value: boolean }
  | { type: "number"; value: number }
  | { type: "selection"; selectedId: string }
  | { type: "selections"; selectedIds: string[] }
  | { type: "photo"; url: string };

export interface EventSessionView {
  id: string;
  eventId: string;
  state: "created" | "captured" | "transforming" | "ready" | "error";
  inputImagePath?: string;
  resultImagePath?: string;
  error?: string;
  journeyId?: string;
  currentStepIndex?: number;
  stepOrder?: string[];
  data?: { [k: string]: unknown };
  createdBy?: string;
  createdAt: number;
  updatedAt: number;
}

export interface JourneySession {
  session: EventSessionView;
  journey: { id: string; name: string } | null;
  steps: Step[];
  experiences: {
    id: string;
    name: string;
    previewMediaUrl?: string;
    captureConfig: { type: string; countdown: number; cameraFacing: string };
  }[];
}

interface EventIds {
  eventId: string;
  sessionId: string;
}

export interface EventCalls {
  startJourney(r: {
    eventId: string;
    requestId?: string;
    consentVersion?: string;
  }): Promise<JourneySession>;
  getEventSession(r: EventIds): Promise<JourneySession>;
  saveStepInput(r: EventIds & { stepId: string; input: StepInput }): Promise<EventSessionView>;
  goToStep(r: EventIds & { index: number }): Promise<EventSessionView>;
  createCaptureUpload(
    r: EventIds & { stepId?: string; contentType: string; sizeBytes: number },
  ): Promise<{ url: string; method: string; headers: Record<string, string> }>;
  saveCapture(r: EventIds & { stepId?: string }): Promise<EventSessionView>;
  triggerTransform(r: EventIds & { experienceId?: string }): Promise<EventSessionView>;
  retryJourney(r: EventIds): Promise<EventSessionView>;
}
