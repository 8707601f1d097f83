import { useEffect, useRef, useState } from "preact/hooks";
import { NO_PICTURE, type Picture, PictureWatcher, WAITING } from "../model/picture.ts";
import type { SessionBackend } from "../model/sessions/session-backend.ts";
import { useOngoing } from "./use-ongoing.ts";

export interface FollowedPicture {
  picture: Picture;
  busy: boolean;
  retry(): void;
  /** Null if the picture cannot be cancelled. */
  cancel: (() => void) | null;
}

/** The picture of a completed session while it is made, and commands for it. */
export function usePicture(backend: SessionBackend, completed: boolean): FollowedPicture {
  const [picture, setPicture] = useState(backend.makesPicture ? WAITING : NO_PICTURE);
  const [busy, setBusy] = useState(false);
  const watcher = useRef<PictureWatcher | null>(null);
  useEffect(() => {
    if (!completed || !backend.makesPicture) return;
    const started = new PictureWatcher(backend.picture(), setPicture);
    watcher.current = started;
    void started.start();
    return () => started.stop();
  }, [backend, completed]);

  useOngoing("picture", completed && isInProgress(picture));

  async function once(command: (watcher: PictureWatcher) => Promise<void>) {
    if (busy || !watcher.current) return;
    setBusy(true);
    await command(watcher.current);
    setBusy(false);
  }
  return {
    picture,
    busy,
    retry: () => void once((current) => current.retry()),
    cancel: watcher.current?.canCancel ? () => void once((current) => current.cancel()) : null,
  };
}

/** The address to hand on: the short one, or the picture's own where there is none. Null until then. */
export function useAddress(backend: SessionBackend, url: string | null): string | null {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    let current = true;
    setAddress(null);
    if (url === null) return;
    backend.shortAddress().then(
      (short) => current && setAddress(short ?? url),
      () => current && setAddress(url),
    );
    return () => {
      current = false;
    };
  }, [backend, url]);
  return address;
}

/** Whether there is something to say about it in place of all else. */
export function hasFailed(picture: Picture): boolean {
  return ["failed", "cancelled", "limited"].includes(picture.status);
}

export function isInProgress(picture: Picture): boolean {
  return ["waiting", "pending", "running"].includes(picture.status);
}
