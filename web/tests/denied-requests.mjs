// Runs in a guest's page, signed in as that guest: requests through the official SDK that must fail.

import { initializeApp } from "firebase/app";
import { connectAuthEmulator, indexedDBLocalPersistence, initializeAuth } from "firebase/auth";
import {
  collection,
  connectFirestoreEmulator,
  doc,
  getDoc,
  getDocs,
  getFirestore,
  onSnapshot,
  updateDoc,
} from "firebase/firestore";
import { connectFunctionsEmulator, getFunctions, httpsCallable } from "firebase/functions";

/** Each outcome is "allowed", or the code of the refusal. */
export async function requestOthers(projectId, own, theirs) {
  const { emulators, ...options } = await (await fetch("/__/firebase/init.json")).json();
  const app = initializeApp(options);
  const auth = initializeAuth(app, { persistence: indexedDBLocalPersistence });
  connectAuthEmulator(auth, emulators.auth, { disableWarnings: true });
  const db = getFirestore(app);
  connectFirestoreEmulator(db, ...hostAndPort(emulators.firestore));
  const functions = getFunctions(app);
  connectFunctionsEmulator(functions, ...hostAndPort(emulators.functions));
  await auth.authStateReady();

  const sessions = collection(db, "projects", projectId, "sessions");
  const session = doc(sessions, theirs);
  return {
    uid: auth.currentUser?.uid,
    ownSession: await outcome(getDoc(doc(sessions, own))),
    session: await outcome(getDoc(session)),
    listener: await outcome(new Promise((resolve, reject) => onSnapshot(session, resolve, reject))),
    allSessions: await outcome(getDocs(sessions)),
    write: await outcome(updateDoc(session, { status: "completed" })),
    callable: await outcome(
      httpsCallable(functions, "getSession")({ projectId, sessionId: theirs }),
    ),
  };
}

function hostAndPort(address) {
  const [host, port] = address.split(":");
  return [host, Number(port)];
}

async function outcome(request) {
  try {
    await request;
    return "allowed";
  } catch (error) {
    return error.code;
  }
}
