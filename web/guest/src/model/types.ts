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
  theme: Theme | null;
  /** What an experience picker offers. */
  choices: Choice[];
}

export interface Choice {
  id: string;
  name: string;
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
  messages?: string[];
  estimatedDuration?: number;
  allowDownload?: boolean;
  allowSystemShare?: boolean;
  allowEmail?: boolean;
  socials?: string[];
}
