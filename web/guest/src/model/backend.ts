/** The connection to Firebase: config, sign-in, and the callables that this page makes. */

import { type FirebaseApp, initializeApp } from "firebase/app";
import {
  browserLocalPersistence,
  connectAuthEmulator,
  indexedDBLocalPersistence,
  initializeAuth,
  signInAnonymously,
} from "firebase/auth";
import { connectFunctionsEmulator, getFunctions, httpsCallable } from "firebase/functions";
import type { PlayCalls } from "./play.ts";
import { Refusal, refusalOf } from "./refusals.ts";
import type { Job, NextPhase, Project, Session, SessionWithSteps, Upload } from "./types.ts";

export interface Config {
  projectId: string;
  apiKey: string;
  region?: string;
  emulators?: { auth: string; functions: string; firestore: string };
}

type Ids = { projectId: string; sessionId: string };

export interface Calls extends PlayCalls {
  getProject(request: { projectId: string }): Promise<Project>;
  ensureGuest(request: { projectId: string; consentVersion?: string }): Promise<unknown>;
  getNextPhase(request: {
    projectId: string;
    experienceId?: string;
    mainSessionId?: string;
  }): Promise<NextPhase>;
  createSession(request: {
    projectId: string;
    experienceId: string;
    mode: "guest";
    configSource: "published";
    mainSessionId?: string;
    pregateSessionId?: string;
    requestId: string;
  }): Promise<SessionWithSteps>;
  getSession(request: Ids): Promise<SessionWithSteps>;
  abandonSession(request: Ids): Promise<Session>;
  createUpload(
    request: Ids & { stepId: string; contentType: string; sizeBytes: number },
  ): Promise<Upload>;
  confirmUpload(request: Ids & { stepId: string; assetId: string }): Promise<Session>;
  getJob(request: { projectId: string; jobId: string }): Promise<Job>;
  startTransform(request: Ids): Promise<Job>;
  retryTransform(request: Ids): Promise<Job>;
  cancelTransform(request: Ids): Promise<Job>;
}

const NAMES = [
  "getProject",
  "ensureGuest",
  "getNextPhase",
  "createSession",
  "getSession",
  "updateSessionProgress",
  "completeSession",
  "abandonSession",
  "createUpload",
  "confirmUpload",
  "getJob",
  "startTransform",
  "retryTransform",
  "cancelTransform",
] as const satisfies readonly (keyof Calls)[];

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
  const { emulators, region = "us-central1", ...options } = config;
  const app = initializeApp(options);
  const auth = initializeAuth(app, {
    persistence: [indexedDBLocalPersistence, browserLocalPersistence],
  });
  const functions = getFunctions(app, region);
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
  const calls = {} as Record<string, (request: unknown) => Promise<unknown>>;
  for (const name of NAMES) {
    const callable = httpsCallable(functions, name);
    calls[name] = async (request) => {
      try {
        return (await callable(request)).data;
      } catch (error) {
        throw refusalOf(error);
      }
    };
  }
  return { calls: calls as unknown as Calls, uid: user.uid, app, config };
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
