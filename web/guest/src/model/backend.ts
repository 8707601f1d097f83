/** The connection to Firebase: config, sign-in, and the callables that this page makes. */

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
  | "getJob"
  | "startTransform"
  | "retryTransform"
  | "cancelTransform"
>;

const REGION = (import.meta.env.VITE_REGION as string | undefined) ?? "us-central1";
const TIMEOUT_MS = 30_000;

export interface Backend {
  calls: Calls;
  /** The anonymous sign-in, which a browser keeps. */
  uid: string;
  app: FirebaseApp;
  config: Config;
}

/** Read the config, sign in anonymously (or as the guest who was here before), and be ready. */
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
  const patient = createClient(functions, { attempts: 3, timeoutMs: TIMEOUT_MS });
  // Whoever makes these has a pace of their own, and shows it.
  const once = createClient(functions, { attempts: 1, timeoutMs: TIMEOUT_MS });
  const { updateSessionProgress, completeSession } = once;
  const calls = { ...patient, updateSessionProgress, completeSession };
  return { calls, uid: user.uid, app, config };
}

export function hostAndPort(address: string): [string, number] {
  const { hostname, port } = new URL(address.includes("://") ? address : `http://${address}`);
  return [hostname, Number(port)];
}

async function loadConfig(): Promise<Config> {
  let answer: Response;
  try {
    answer = await fetch("/__/firebase/init.json");
  } catch {
    throw new Refusal("offline", {}, true);
  }
  if (!answer.ok || !answer.headers.get("content-type")?.includes("json")) {
    throw new Refusal("not_configured", { status: answer.status });
  }
  return (await answer.json()) as Config;
}
