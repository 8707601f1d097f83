// A guest without a page: the official SDK against the suite that the environment names. Each app is
// signed in with its own name as the uid.
//
//   node smoke.mjs PROJECT_ID EXPERIENCE_ID CONSENT_VERSION GUEST_UID OTHER_UID
//
// Prints the result of each step as JSON, a refusal as {code, details}. Standard error says which step
// it is at.

import { deleteApp, initializeApp } from "firebase/app";
import {
  collection,
  connectFirestoreEmulator,
  doc,
  getFirestore,
  limit,
  onSnapshot,
  query,
  setDoc,
  updateDoc,
  where,
} from "firebase/firestore";
import { connectFunctionsEmulator, getFunctions, httpsCallable } from "firebase/functions";
import { firebaseProject } from "./unsigned-auth.mjs";

const [projectId, experienceId, consentVersion, guestUid, otherUid] = process.argv.slice(2);
const refusal = ({ code, details }) => ({ code, details });

class SdkClient {
  constructor(uid) {
    this.app = initializeApp({ projectId: firebaseProject, apiKey: "none" }, uid);
    const [functionsHost, functionsPort] = process.env.FUNCTIONS_EMULATOR_HOST.split(":");
    this.functions = getFunctions(this.app);
    connectFunctionsEmulator(this.functions, functionsHost, Number(functionsPort));
    const [firestoreHost, firestorePort] = process.env.FIRESTORE_EMULATOR_HOST.split(":");
    this.db = getFirestore(this.app);
    connectFirestoreEmulator(this.db, firestoreHost, Number(firestorePort));
  }

  /** The callable's response, or its refusal. */
  async call(name, data) {
    console.error(`calls ${name}`);
    try {
      return (await httpsCallable(this.functions, name)(data)).data;
    } catch (error) {
      return refusal(error);
    }
  }

  /** The first snapshot for which `matches` holds, or the refusal of the listener. */
  snapshot(target, matches = () => true) {
    console.error(`listens as ${this.app.name}`);
    return new Promise((resolve) => {
      const stop = onSnapshot(
        target(this.db),
        (snapshot) => {
          if (matches(snapshot)) {
            resolve(snapshot);
            stop();
          }
        },
        (error) => resolve(refusal(error)),
      );
    });
  }
}

const clients = ["nobody", guestUid, otherUid].map((uid) => new SdkClient(uid));
const [nobody, guest, other] = clients;
const newSession = { projectId, experienceId, mode: "guest", configSource: "published" };
const results = {};

results.unsigned = await nobody.call("ensureGuest", { projectId });
results.withoutConsent = await guest.call("ensureGuest", { projectId });
results.guest = await guest.call("ensureGuest", { projectId, consentVersion });
results.created = await guest.call("createSession", newSession);

const sessionId = results.created.session.id;
const session = (db) => doc(db, "projects", projectId, "sessions", sessionId);
const sessionsOf = (uid) => (db) =>
  query(
    collection(db, "projects", projectId, "sessions"),
    where("createdBy", "==", uid),
    where("mode", "==", "guest"),
    where("configSource", "==", "published"),
    limit(100),
  );

results.before = (await guest.snapshot(session)).data();
const nextStep = guest.snapshot(session, (snapshot) => snapshot.get("currentStepIndex") === 1);
await guest.call("updateSessionProgress", { projectId, sessionId, currentStepIndex: 1 });
results.after = (await nextStep).data();
results.ownSessions = (await guest.snapshot(sessionsOf(guestUid))).docs.map(({ id }) => id);

results.sessionOfAnother = await other.snapshot(session);
results.sessionsOfAnother = await other.snapshot(sessionsOf(guestUid));
results.sessionOfNobody = await nobody.snapshot(session);

// A page may write its session itself, but leaves blank what the server decides.
const writtenId = `written-${otherUid}`;
const undecided = [
  ...["workspaceId", "eventId", "experienceVersion", "phase", "resultMedia", "jobId", "jobStatus"],
  ...["jobError", "mainSessionId", "pregateSessionId", "completedAt"],
];
const written = {
  ...Object.fromEntries(undecided.map((field) => [field, null])),
  ...{ id: writtenId, projectId, experienceId, createdBy: otherUid },
  ...{ mode: "guest", configSource: "published", status: "active", currentStepIndex: 0 },
  ...{ answers: [], capturedMedia: [], outputs: {} },
  ...{ createdAt: Date.now(), updatedAt: Date.now() },
};
const writtenSession = (db) => doc(db, "projects", projectId, "sessions", writtenId);
await other.call("ensureGuest", { projectId, consentVersion });
results.forged = await setDoc(writtenSession(other.db), { ...written, phase: "main" }).catch(
  refusal,
);
await setDoc(writtenSession(other.db), written);
const decided = (snapshot) => (snapshot.get("phase") ?? null) !== null;
results.decided = (await other.snapshot(writtenSession, decided)).data();
await updateDoc(writtenSession(other.db), { currentStepIndex: 1, updatedAt: Date.now() });
const { session: shown } = await other.call("getSession", { projectId, sessionId: writtenId });
results.stepIndex = shown.currentStepIndex;

await Promise.all(clients.map(({ app }) => deleteApp(app)));
console.log(JSON.stringify(results));
