// Runs in a guest's page, signed in as that guest: the official SDK, asked for what it may not give.

import { initializeApp } from "firebase/app";
import {
  connectAuthEmulator,
  indexedDBLocalPersistence,
  initializeAuth,
} from "firebase/auth";
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

/** Each answer is "given", or the code of the refusal. */
export async function asks(projectId, own, theirs) {
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
    ownSession: await code(getDoc(doc(sessions, own))),
    session: await code(getDoc(session)),
    listener: await code(new Promise((heard, refused) => onSnapshot(session, heard, refused))),
    allSessions: await code(getDocs(sessions)),
    write: await code(updateDoc(session, { status: "completed" })),
    callable: await code(httpsCallable(functions, "getSession")({ projectId, sessionId: theirs })),
  };
}

function hostAndPort(address) {
  const [host, port] = address.split(":");
  return [host, Number(port)];
}

async function code(asked) {
  try {
    await asked;
    return "given";
  } catch (error) {
    return error.code;
  }
}
