/** The contract's nouns under the names that this page uses. */

import type {
  AnswerInput,
  Callables,
  Consent,
  ProjectPage,
  SaveStepInput,
  SessionView,
} from "experience-client";

import type { KioskSetting } from "./kiosk/mode.ts";
import type { StepWords, Translations } from "./translations.ts";

export type {
  EventSessionView,
  ExperienceView,
  Job,
  JobStatus,
  JourneySession,
  NamedExperience,
  NextPhase,
  SessionWithSteps,
} from "experience-client";

export type Project = ProjectPage;
export type Value = AnswerInput["value"];
/** The fields that a session has both in its document and in a callable's response. */
export type Session = Omit<SessionView, "inputs" | "activeJobId" | "resultAssetId">;

export type StepInput = SaveStepInput["input"];
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
  kiosk?: KioskSetting;
  /** The languages that it is given in, with its own one first. None are all that the page speaks. */
  locales?: string[];
  translations?: Translations<{ title?: string; consent?: string }>;
}

/** An experience that a picker offers. */
export interface Choice {
  id: string;
  name: string;
  previewMediaUrl?: string;
  translations?: Translations<{ title?: string }>;
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

export type ConsentText = Omit<Consent, "minimumAge"> & Partial<Consent>;

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
  translations?: Translations<StepWords>;
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
