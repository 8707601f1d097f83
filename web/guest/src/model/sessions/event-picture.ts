/** The picture of an event's session, as the session alone shows it. */

import { type Picture, type PictureSource, WAITING } from "../picture.ts";
import { refusalOf } from "../refusals.ts";
import type { EventSessionView } from "../types.ts";
import type { Stop } from "./session-backend.ts";

/** The reason of a session that expects a photo and has none, because it was lost. */
export const PHOTO_LOST = "PHOTO_LOST";

export function pictureOfEvent(session: EventSessionView, expectsPhoto: boolean): Picture {
  switch (session.state) {
    case "created":
      return expectsPhoto
        ? { ...WAITING, status: "failed", reason: PHOTO_LOST }
        : { ...WAITING, status: "none" };
    case "captured":
      return WAITING;
    case "transforming":
      return { ...WAITING, status: "running" };
    case "ready":
      return {
        ...WAITING,
        status: "completed",
        percentage: 100,
        url: session.resultImagePath ?? null,
      };
    case "error":
      return { ...WAITING, status: "failed", reason: session.errorCode ?? "UNKNOWN" };
  }
}

/** The calls and the document of the session whose picture it is. */
export interface PictureSession {
  session: EventSessionView;
  expectsPhoto: boolean;
  read(): Promise<unknown>;
  watch(onSession: () => void, onLost: () => void): Promise<Stop>;
  trigger(): Promise<void>;
  retry(): Promise<void>;
}

export class EventPicture implements PictureSource {
  readonly cancel = null;

  constructor(private readonly of: PictureSession) {}

  current(): Picture {
    return pictureOfEvent(this.of.session, this.of.expectsPhoto);
  }

  async read(): Promise<void> {
    await this.of.read();
  }

  listen(changed: () => void, onLost: () => void): Promise<Stop> {
    return this.of.watch(changed, onLost);
  }

  async start(): Promise<void> {
    if (this.of.session.state === "captured") await this.of.trigger();
  }

  /** Transform the photo again. If it no longer stands, the session waits for another one. */
  async retry(): Promise<void> {
    try {
      await this.of.trigger();
    } catch (error) {
      if (refusalOf(error).reason !== "move_not_allowed") throw error;
      await this.of.retry();
    }
  }
}
