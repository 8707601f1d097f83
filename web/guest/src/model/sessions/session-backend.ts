/** What a session is played with: the callables and the documents of its project or its event. */

import type { Progress } from "../outbox.ts";
import type { PictureSource } from "../picture.ts";
import type { CameraSettings, Choice, ContentType, NextPhase, PlayedSession } from "../types.ts";

export type Stop = () => void;

/** Where to send a file. An upload with an asset id is confirmed with it. */
export interface Upload {
  assetId?: string;
  url: string;
  method: string;
  headers: Record<string, string>;
}

/** Each method throws `Refusal`. */
export interface SessionBackend {
  /** Names the project or the event among what the browser keeps. */
  readonly scope: string;
  /** The experience that the page's address has chosen, or null. */
  readonly experienceId: string | null;
  /** What its experience pickers offer. */
  readonly choices: Choice[];
  /** How its photo is taken, or null for the page's own way. */
  readonly camera: CameraSettings | null;
  /** Whether its guest may expect a picture. */
  readonly makesPicture: boolean;
  /** Whether nothing follows it but thanks. */
  readonly endsVisit: boolean;
  /** The types of its steps that a newer page may know. */
  readonly newerTypes: string[];
  read(): Promise<PlayedSession>;
  /** Report every state of the session from now on. After `onLost` there are no more reports. */
  watch(onSession: (session: PlayedSession) => void, onLost: () => void): Promise<Stop>;
  /** Send answers and the step index. Issues name an answer by its place, as `answers[0]`. */
  save(progress: Progress): Promise<PlayedSession>;
  /** The guest has answered everything: the picture can be made. */
  complete(answers: Progress["answers"]): Promise<{ session: PlayedSession; next: NextPhase }>;
  createUpload(stepId: string, contentType: ContentType, sizeBytes: number): Promise<Upload>;
  confirmUpload(stepId: string, assetId: string | undefined): Promise<PlayedSession>;
  /** A signed address of a file that has none of its own. */
  signedUrl(assetId: string): Promise<string>;
  /** The short address of its picture, or null where it has none. */
  shortAddress(): Promise<string | null>;
  /** A new source for one watcher of the picture. */
  picture(): PictureSource;
}
