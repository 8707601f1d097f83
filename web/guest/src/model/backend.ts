/** The callables that this page calls. */

import { type Client, createClient } from "experience-client";
import { type Connection, signIn } from "./connection.ts";

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
  | "createShare"
  | "startJourney"
  | "getEventSession"
  | "saveStepInput"
  | "goToStep"
  | "createCaptureUpload"
  | "saveCapture"
  | "triggerTransform"
  | "retryJourney"
>;

const TIMEOUT_MS = 30_000;

export interface Backend extends Omit<Connection, "functions"> {
  calls: Calls;
}

/** Sign in, as the guest who was here before if there is one. Throws `Refusal`. */
export async function connect(): Promise<Backend> {
  const { functions, ...connection } = await signIn();
  const { limitedUseTokens } = connection;
  const options = { timeoutMs: TIMEOUT_MS, limitedUseTokens };
  const retrying = createClient(functions, { ...options, attempts: 3 });
  // Callers of these retry at intervals of their own, and show it.
  const once = createClient(functions, { ...options, attempts: 1 });
  const { updateSessionProgress, completeSession, saveStepInput, goToStep } = once;
  const calls = { ...retrying, updateSessionProgress, completeSession, saveStepInput, goToStep };
  return { ...connection, calls };
}
