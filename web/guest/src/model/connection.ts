/** The connection to Firebase that both pages have: config, anonymous sign-in, the functions. */

import { type FirebaseApp, initializeApp } from "firebase/app";
import {
  browserLocalPersistence,
  connectAuthEmulator,
  indexedDBLocalPersistence,
  initializeAuth,
  signInAnonymously,
} from "firebase/auth";
import { connectFunctionsEmulator, type Functions, getFunctions } from "firebase/functions";
import { Refusal, refusalOf } from "./refusals.ts";

export interface Config {
  projectId: string;
  apiKey: string;
  emulators?: { auth: string; functions: string; firestore: string };
}

export interface Connection {
  /** Of the anonymous sign-in, which the browser keeps for all pages of the site. */
  uid: string;
  app: FirebaseApp;
  config: Config;
  functions: Functions;
}

const REGION = (import.meta.env.VITE_REGION as string | undefined) ?? "us-central1";

/** Read the config and sign in, as the guest who was here before if there is one. Throws `Refusal`. */
export async function signIn(): Promise<Connection> {
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
  return { uid: user.uid, app, config, functions };
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
