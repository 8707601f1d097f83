/** Listeners for documents. Loaded when a session starts: the welcome screen has no need of them. */

import {
  doc,
  type DocumentReference,
  type Firestore,
  initializeFirestore,
  onSnapshot,
  terminate,
} from "firebase/firestore";
import { paths } from "experience-client";
import { firestoreSettings } from "./addresses.ts";
import type { Backend } from "./backend.ts";
import type { EventSessionView, Job, Session } from "./types.ts";

type Stop = () => void;

let database: Firestore | null = null;

function firestore(backend: Backend): Firestore {
  if (database === null) {
    database = initializeFirestore(backend.app, firestoreSettings(backend.config));
  }
  return database;
}

/** Report every state of a session from now on. After `onError` there are no more reports. */
export function watchSession(
  backend: Backend,
  projectId: string,
  sessionId: string,
  onSession: (session: Session) => void,
  onError: () => void,
): Stop {
  const path = paths.session(projectId, sessionId);
  return watch(doc(firestore(backend), path), onSession, onError);
}

/** Report every state of a job from now on. After `onError` there are no more reports. */
export function watchJob(
  backend: Backend,
  projectId: string,
  jobId: string,
  onJob: (job: Job) => void,
  onError: () => void,
): Stop {
  return watch(doc(firestore(backend), paths.job(projectId, jobId)), onJob, onError);
}

/** Report every state of an event's session from now on. After `onError` there are no more. */
export function watchEventSession(
  backend: Backend,
  eventId: string,
  sessionId: string,
  onSession: (session: EventSessionView) => void,
  onError: () => void,
): Stop {
  const path = paths.eventSession(eventId, sessionId);
  return watch(doc(firestore(backend), path), onSession, onError);
}

/** End all listeners, and forget what they have received. */
export async function endListeners(): Promise<void> {
  if (database) await terminate(database);
  database = null;
}

function watch<T>(
  target: DocumentReference,
  onDocument: (document: T) => void,
  onError: () => void,
): Stop {
  return onSnapshot(
    target,
    (snapshot) => snapshot.exists() && onDocument(snapshot.data() as T),
    onError,
  );
}
