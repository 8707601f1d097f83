/** The connection to Firebase: config, sign-in, and the callables that this page calls. */

import { type Client, createClient } from "experience-client";
import { type FirebaseApp, initializeApp } from "firebase/app";
import {
  browserLocalPersistence,
  connectAuthEmulator,
  indexedDBLocalPersistence,
  initializeAuth,
  signInAnonymously,
} from "firebase/auth";
import { connectFunctionsEmulator, getFunctions } from "firebase/functions";
import { Refusal, refusalOf } from "./refusals.ts";

export interface Config {
  projectId: string;
  apiKey: string;
  emulators?: { auth: string; functions: string; firestore: string };
}

export type Calls = Pick<
  Client,
  | "getProject"
  | "ensureGuest"
  | "getNextPhase"
  | "createSession"
  | "getSession"
  | "updateSessionProgress"
  | "completeSession"
  | "createUpload"
  | "confirmUpload"
  | "eraseGuest"
  | "getDownloadUrl"
  | "getJob"
  | "startTransform"
  | "retryTransform"
  | "cancelTransform"
  | "startJourney"
  | "getEventSession"
  | "saveStepInput"
  | "goToStep"
  | "createCaptureUpload"
  | "saveCapture"
  | "triggerTransform"
  | "retryJourney"
>;

const REGION = (import.meta.env.VITE_REGION as string | undefined) ?? "us-central1";
const TIMEOUT_MS = 30_000;

export interface Backend {
  calls: Calls;
  /** Of the anonymous sign-in, which the browser keeps. */
  uid: string;
  app: FirebaseApp;
  config: Config;
}

/** Read the config and sign in, as the guest who was here before if there is one. Throws `Refusal`. */
export async function connect(): Promise<Backend> {
  const config = await loadConfig();
  const { emulators, ...options } = config;
  const app = initializeApp(options);
  const auth = initializeAuth(app, {
    persistence: [indexedDBLocalPersistence, browserLocalPersistence],
  });
  const functions = getFunctions(app, REGION);
  if (emulators) {
    connectAuthEmulator(auth, emulators.auth, { disableWarnings: true });
    const [host, port] = hostAndPort(emulators.functions);
    connectFunctionsEmulator(functions, host, port);
  }
  await auth.authStateReady();
  let { currentUser: user } = auth;
  try {
    user ??= (await signInAnonymously(auth)).user;
  } catch (error) {
    throw refusalOf(error);
  }
  const retrying = createClient(functions, { attempts: 3, timeoutMs: TIMEOUT_MS });
  // Callers of these retry at intervals of their own, and show it.
  const once = createClient(functions, { attempts: 1, timeoutMs: TIMEOUT_MS });
  const { updateSessionProgress, completeSession, saveStepInput, goToStep } = once;
  const calls = { ...retrying, updateSessionProgress, completeSession, saveStepInput, goToStep };
  return { calls, uid: user.uid, app, config };
}

export function hostAndPort(address: string): [string, number] {
  const { hostname, port } = new URL(address.includes("://") ? address : `http://${address}`);
  return [hostname, Number(port)];
}

async function loadConfig(): Promise<Config> {
  let response: Response;
  try {
    response = await fetch("/__/firebase/init.json");
  } catch {
    throw new Refusal("offline", {}, true);
  }
  if (!response.ok || !response.headers.get("content-type")?.includes("json")) {
    throw new Refusal("not_configured", { status: response.status });
  }
  return (await response.json()) as Config;
}
