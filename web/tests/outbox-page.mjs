// Runs in a page: a player whose events go through the typed client's outbox.

import { createClient, EventOutbox } from "experience-client";
import { initializeApp } from "firebase/app";
import {
  connectAuthEmulator,
  indexedDBLocalPersistence,
  initializeAuth,
  signInAnonymously,
} from "firebase/auth";
import { connectFunctionsEmulator, getFunctions } from "firebase/functions";

/** Sign in, as the player who was here before if there is one, and begin. Returns the outbox. */
export async function beginOutbox(workspaceId, experienceId) {
  const { emulators, ...options } = await (await fetch("/__/firebase/init.json")).json();
  const app = initializeApp(options, "outbox");
  const auth = initializeAuth(app, { persistence: indexedDBLocalPersistence });
  connectAuthEmulator(auth, emulators.auth, { disableWarnings: true });
  const functions = getFunctions(app);
  const [host, port] = emulators.functions.split(":");
  connectFunctionsEmulator(functions, host, Number(port));
  await auth.authStateReady();
  const { uid } = auth.currentUser ?? (await signInAnonymously(auth)).user;
  const { trackProgressEvents } = createClient(functions, { attempts: 1 });
  const sent = [];
  const outbox = new EventOutbox({
    uid,
    workspaceId,
    experienceId,
    send: trackProgressEvents,
    onSent: (_, events) => sent.push(...events.map(({ eventId }) => eventId)),
    delayMs: 50,
  });
  return Object.assign(globalThis, { outbox, sent, uid });
}
