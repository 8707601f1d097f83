/** The contract's nouns under the names that this page uses. */

import type { AnswerInput, ProjectPage, SessionView } from "experience-client";

export type {
  Job,
  JobStatus,
  NamedExperience,
  NextPhase,
  SessionWithSteps,
} from "experience-client";

export type Project = ProjectPage;
export type Value = AnswerInput["value"];
/** What a document and a callable's answer both tell of a session. */
export type Session = Omit<SessionView, "inputs" | "activeJobId" | "resultAssetId">;

export interface Theme {
  primaryColor?: unknown;
  logoUrl?: unknown;
  fontFamily?: unknown;
}

/**
 * A step as this page reads it: any type, known or not, with whatever config it has. That the
 * contract's steps fit in here is what the compiler holds.
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

