/** Listeners for documents. Loaded when a session starts: the welcome screen has no need of them. */

import {
  connectFirestoreEmulator,
  doc,
  type Firestore,
  initializeFirestore,
  onSnapshot,
} from "firebase/firestore";
import { paths } from "experience-client";
import { type Backend, hostAndPort } from "./backend.ts";
import type { Job, Session } from "./types.ts";

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
  const target = doc(firestore(backend), paths.session(projectId, sessionId));
  return onSnapshot(
    target,
    (snapshot) => snapshot.exists() && onSession(snapshot.data() as Session),
    onError,
  );
}

/** Report every state of a job from now on. After `onError` there are no more reports. */
export function watchJob(
  backend: Backend,
  projectId: string,
  jobId: string,
  onJob: (job: Job) => void,
  onError: () => void,
): Stop {
  const target = doc(firestore(backend), paths.job(projectId, jobId));
  return onSnapshot(
    target,
    (snapshot) => snapshot.exists() && onJob(snapshot.data() as Job),
    onError,
  );
}
