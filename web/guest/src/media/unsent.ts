/** Sending what the guests of this browser have left behind, and completing what they had finished. */

import type { Backend } from "../model/backend.ts";
import { Completion, completingSessions } from "../model/completions.ts";
import { Outbox, PendingProgress, pendingSessions, withLock } from "../model/outbox.ts";
import { PhotoQueue } from "../model/photos/photo-queue.ts";
import { photoStore } from "../model/photos/photo-store.ts";
import { EventSession } from "../model/sessions/event-session.ts";
import { ProjectSession } from "../model/sessions/project-session.ts";
import type { SessionBackend } from "../model/sessions/session-backend.ts";
import { store } from "../model/storage.ts";
import type { Project } from "../model/types.ts";
import { senderOf } from "./upload.ts";

type Session = { scope: string; sessionId: string };

const EVENT = "event:";
const PAUSE_MS = 1_000;

/** Send and complete until the server has everything, or it is `until`. What is left stays kept. */
export async function sendUnsent(backend: Backend, until: number): Promise<void> {
  while (Date.now() < until) {
    const sessions = await unsentSessions();
    if (sessions.length === 0) return;
    await Promise.allSettled(sessions.map((session) => sendOnce(backend, session)));
    if ((await unsentSessions()).length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

async function unsentSessions(): Promise<Session[]> {
  const photos = await photoStore().all();
  const sessions = [...pendingSessions(store()), ...completingSessions(store()), ...photos];
  const found = sessions.map(({ scope, sessionId }) => [`${scope}:${sessionId}`, { scope, sessionId }]);
  return [...new Map(found as [string, Session][]).values()];
}

async function sendOnce(backend: Backend, session: Session): Promise<void> {
  const { scope, sessionId } = session;
  const completion = new Completion(store(), scope, sessionId);
  const target = await completion.attempt(() =>
    sessionBackend(backend, session, completion.experienceId),
  );
  const ignored = () => {};
  const photos = new PhotoQueue(photoStore(), session, senderOf(target), {
    ...{ changed: ignored, onSession: ignored, onSent: ignored },
    ...{ onRefused: ignored, onEnded: ignored },
  });
  const pending = new PendingProgress(store(), scope, sessionId);
  const outbox = new Outbox(pending, (progress) => target.save(progress), {
    ...{ onSaving: ignored, onSaved: ignored, onRefused: ignored, onEnded: ignored },
  });
  try {
    await photos.flush();
    await outbox.flush();
    if (!photos.isEmpty || !pending.isEmpty) return;
    await withLock(outbox.lockName, () => completion.complete(target));
  } finally {
    photos.close();
    outbox.close();
  }
}

async function sessionBackend(
  backend: Backend,
  { scope, sessionId }: Session,
  experienceId: string | null,
): Promise<SessionBackend> {
  if (!scope.startsWith(EVENT)) {
    const opened = await backend.calls.getSession({ projectId: scope, sessionId });
    // Sending needs no more of the project than its id.
    return new ProjectSession(backend, { id: scope } as Project, opened, experienceId);
  }
  const eventId = scope.slice(EVENT.length);
  const opened = await backend.calls.getEventSession({ eventId, sessionId });
  return new EventSession(backend, opened, experienceId);
}
