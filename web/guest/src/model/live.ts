/** Listeners for documents. Loaded when a session starts: the welcome screen has no need of them. */

import {
  connectFirestoreEmulator,
  doc,
  type DocumentReference,
  type Firestore,
  getDoc,
  initializeFirestore,
  onSnapshot,
} from "firebase/firestore";
import { paths } from "experience-client";
import type { Backend } from "./backend.ts";
import { hostAndPort } from "./connection.ts";
import { Refusal, refusalOf } from "./refusals.ts";
import type { EventPage, EventSessionView, Job, Session } from "./types.ts";

type Stop = () => void;

let database: Firestore | null = null;

function firestore(backend: Backend): Firestore {
  if (database === null) {
    database = initializeFirestore(backend.app, {});
    const address = backend.config.emulators?.firestore;
    if (address) connectFirestoreEmulator(database, ...hostAndPort(address));
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

/** A live event, as its operators saved it. Throws `Refusal`. */
export async function getEvent(backend: Backend, eventId: string): Promise<EventPage> {
  try {
    const snapshot = await getDoc(doc(firestore(backend), `events/${eventId}`));
    if (snapshot.exists()) return { ...(snapshot.data() as EventPage), id: eventId };
  } catch (error) {
    if (refusalOf(error).reason !== "permission-denied") throw new Refusal("offline", {}, true);
  }
  // Guests may read live events alone, and an event that is absent looks as one that is closed.
  throw new Refusal("event_not_found");
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
