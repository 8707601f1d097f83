import { useEffect, useRef, useState } from "preact/hooks";
import type { Backend } from "../model/backend.ts";
import { type Picture, PictureWatcher, WAITING } from "../model/picture.ts";

export interface FollowedPicture {
  picture: Picture;
  busy: boolean;
  retry(): void;
  cancel(): void;
}

/** The picture of a completed main session while it is made, and commands for it. */
export function usePicture(
  backend: Backend,
  projectId: string,
  sessionId: string,
  completed: boolean,
): FollowedPicture {
  const [picture, setPicture] = useState(WAITING);
  const [busy, setBusy] = useState(false);
  const watcher = useRef<PictureWatcher | null>(null);
  useEffect(() => {
    if (!completed) return;
    const started = new PictureWatcher(backend, { projectId, sessionId }, setPicture);
    watcher.current = started;
    void started.start();
    return () => started.stop();
  }, [backend, projectId, sessionId, completed]);

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
    cancel: () => void once((current) => current.cancel()),
  };
}

export function isInProgress(picture: Picture): boolean {
  return ["waiting", "pending", "running"].includes(picture.status);
}
