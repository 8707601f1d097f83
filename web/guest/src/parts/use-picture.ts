import { useEffect, useRef, useState } from "preact/hooks";
import type { Backend } from "../model/backend.ts";
import { type Picture, PictureWatch, WAITING } from "../model/picture.ts";

export interface Followed {
  picture: Picture;
  busy: boolean;
  retry(): void;
  cancel(): void;
}

/** The picture of a completed main session, as it is made. */
export function usePicture(
  backend: Backend,
  projectId: string,
  sessionId: string,
  completed: boolean,
): Followed {
  const [picture, setPicture] = useState(WAITING);
  const [busy, setBusy] = useState(false);
  const watch = useRef<PictureWatch | null>(null);
  useEffect(() => {
    if (!completed) return;
    const begun = new PictureWatch(backend, { projectId, sessionId }, setPicture);
    watch.current = begun;
    void begun.start();
    return () => begun.stop();
  }, [backend, projectId, sessionId, completed]);

  async function once(command: (watch: PictureWatch) => Promise<void>) {
    if (busy || !watch.current) return;
    setBusy(true);
    await command(watch.current);
    setBusy(false);
  }
  return {
    picture,
    busy,
    retry: () => void once((one) => one.retry()),
    cancel: () => void once((one) => one.cancel()),
  };
}

export function isGoingOn(picture: Picture): boolean {
  return ["waiting", "pending", "running"].includes(picture.status);
}
