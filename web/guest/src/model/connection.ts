/** The connection to Firebase that all pages have: config, sign-in, the functions. */

import { type FirebaseApp, initializeApp } from "firebase/app";
import {
  type Auth,
  browserLocalPersistence,
  connectAuthEmulator,
  indexedDBLocalPersistence,
  initializeAuth,
  signInAnonymously,
} from "firebase/auth";
import { type Functions, getFunctions } from "firebase/functions";
import { type Addresses, functionsAt } from "./addresses.ts";
import type { TokenSource } from "./app-check.ts";
import { orKept } from "./kept.ts";
import { Later } from "./later.ts";
import { Refusal, refusalOf } from "./refusals.ts";

export interface AppCheckSettings {
  /** Of reCAPTCHA Enterprise. */
  siteKey?: string;
  /** Whether calls that cost money need a new token each. */
  limitedUse?: boolean;
  /** Of an emulator, which gives tokens for this one. */
  debug?: { url: string; token: string };
}

export interface Config extends Addresses {
  apiKey: string;
  appCheck?: AppCheckSettings;
}

/** The site's Firebase app, and what its pages use of it. */
export interface Site {
  app: FirebaseApp;
  auth: Auth;
  config: Config;
  functions: Functions;
  /** What `createClient` of the typed client needs to know of App Check. */
  limitedUseTokens: boolean;
  /** For what is asked without the SDK. Null where App Check is not configured. */
  appCheckToken: TokenSource | null;
}

export interface Connection extends Omit<Site, "auth"> {
  /** Of the anonymous sign-in, which the browser keeps for all pages of the site. */
  uid: string;
  /** A token that is valid now. Rejects without a connection. */
  idToken(): Promise<string>;
  /** Forget the guest: the next sign-in is another one's. */
  signOut(): Promise<void>;
}

const REGION = (import.meta.env.VITE_REGION as string | undefined) ?? "us-central1";

const SITE_KEY = import.meta.env.VITE_APP_CHECK_SITE_KEY as string | undefined;
const BUILT_IN: AppCheckSettings | null = SITE_KEY
  ? { siteKey: SITE_KEY, limitedUse: import.meta.env.VITE_APP_CHECK_LIMITED_USE === "true" }
  : null;
const appCheckCode = new Later(() => import("./app-check.ts"));

/** Read the config and sign in, as the guest who was here before if there is one. Throws `Refusal`. */
export async function signIn(): Promise<Connection> {
  const { auth, ...site } = await openSite();
  await auth.authStateReady();
  let { currentUser: user } = auth;
  try {
    user ??= (await signInAnonymously(auth)).user;
  } catch (error) {
    throw refusalOf(error);
  }
  const { uid } = user;
  return { uid, idToken: () => user.getIdToken(), signOut: () => auth.signOut(), ...site };
}

/**
 * Read the config. The browser keeps who is signed in by the name of the app, so a page with a name of
 * its own signs nobody out of the others. Throws `Refusal`.
 */
export async function openSite(name?: string): Promise<Site> {
  const config = await orKept("config", loadConfig);
  const { emulators, appCheck = BUILT_IN, ...options } = config;
  const app = initializeApp(options, name);
  const appCheckToken = appCheck && (await startAppCheck(app, appCheck));
  const auth = initializeAuth(app, {
    persistence: [indexedDBLocalPersistence, browserLocalPersistence],
  });
  if (emulators) connectAuthEmulator(auth, emulators.auth, { disableWarnings: true });
  const functions = getFunctions(app, functionsAt(config, REGION));
  const limitedUseTokens = appCheck?.limitedUse ?? false;
  return { app, auth, config, functions, limitedUseTokens, appCheckToken };
}

/** Throws `Refusal` if its code does not arrive. */
async function startAppCheck(app: FirebaseApp, settings: AppCheckSettings): Promise<TokenSource> {
  try {
    return (await appCheckCode.load()).startAppCheck(app, settings);
  } catch {
    throw new Refusal("offline", {}, true);
  }
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
