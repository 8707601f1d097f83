/** Documents as they change. Loaded when a session is played: the welcome needs none of it. */

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

/** Every state of a session from now on. `onError`: nothing more will be heard. */
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

/** Every state of a job from now on. */
export function watchJob(
  backend: Backend,
  projectId: string,
  jobId: string,
  onJob: (job: Job) => void,
  onError: () => void,
): Stop {
  const target = doc(firestore(backend), paths.job(projectId, jobId));
  return onSnapshot(target, (snapshot) => snapshot.exists() && onJob(snapshot.data() as Job), onError);
}
