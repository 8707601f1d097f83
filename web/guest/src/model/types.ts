/** What the callables answer, as far as this page reads it. */

export type Value = string | number | boolean | string[];

export interface Theme {
  primaryColor?: string;
  logoUrl?: string | null;
  fontFamily?: string | null;
}

export interface NamedExperience {
  experienceId: string;
  name: string;
  enabled: boolean;
}

export interface Project {
  id: string;
  name: string;
  theme: Theme | null;
  consent: { version: string; text: string; minimumAge: number | null } | null;
  experiences: {
    main: NamedExperience[];
    pregate: NamedExperience | null;
    preshare: NamedExperience | null;
  };
}

export type VisitPhase = "welcome" | "pregate" | "main" | "preshare" | "share";

export interface NextPhase {
  phase: VisitPhase;
  experienceId: string | null;
  params: Record<string, string>;
  replace: boolean;
}

export interface Media {
  stepId: string;
  assetId: string;
  url: string;
  createdAt: number;
}

export type JobStatus = "pending" | "running" | "completed" | "failed" | "cancelled";

export interface Session {
  id: string;
  projectId: string;
  experienceId: string;
  phase: "pregate" | "main" | "preshare";
  status: "active" | "completed" | "abandoned" | "error";
  currentStepIndex: number;
  answers: { stepId: string; value: Value }[];
  capturedMedia: Media[];
  resultMedia: Media | null;
  jobId: string | null;
  jobStatus: JobStatus | null;
  jobError: { code: string; message: string } | null;
  updatedAt: number;
}

export interface Job {
  id: string;
  status: JobStatus;
  progress: { currentStep: string; percentage: number; message: string | null } | null;
  output: { url: string; width: number; height: number; thumbnailUrl: string | null } | null;
  error: { code: string; message: string } | null;
}

/** A step with the config of its type. What a type does not have is absent. */
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

export interface Upload {
  assetId: string;
  url: string;
  method: "PUT";
  headers: Record<string, string>;
}

export interface SessionWithSteps {
  session: Session;
  steps: Step[];
}
