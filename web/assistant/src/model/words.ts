/** The page's words for what can go wrong. */

import type { Refusal } from "../../../guest/src/model/refusals.ts";
import { timeOf } from "./times.ts";

const PROBLEMS: Record<string, string> = {
  offline: "No connection. Check your network, then try again.",
  not_configured:
    "This page does not know its project: /__/firebase/init.json has no configuration.",
  not_followed: "This page lost its connection to the chat.",
  unauthenticated: "You are not signed in any more. Reload the page and sign in again.",
  app_check_required: "The assistant cannot be used from this browser.",
  chat_busy: "The assistant is still writing its last answer. Wait until it has finished.",
  chat_session_not_found: "This chat is not there any more, or it is somebody else's.",
  chat_message_not_found: "This message is not there any more.",
  left_unsent: "It is from before, when sending it failed.",
  request_id_reused: "This message was sent before, with another text.",
  workspace_not_found: "You are no member of this workspace any more.",
  model_not_configured:
    "The assistant has no language model. Whoever runs this deployment can set one up.",
  role_required: "Your role in this workspace does not allow this. Ask somebody who may do it.",
  invalid_request: "This message cannot be sent. Change it and try again.",
  proposal_expired: "It was confirmed too late. Ask the assistant again.",
  proposal_failed: "It was confirmed before and did not work. Ask the assistant again.",
  proposal_not_found: "There is nothing to confirm any more.",
  contention: "Somebody else was changing this at the same time. Try again.",
};

const UNKNOWN = "Something went wrong. Try again.";

export function problemWords({ reason, details, retryAfterSeconds }: Refusal, now: number): string {
  if (reason === "token_budget") {
    const limit = details.limit;
    const tokens = typeof limit === "number" ? ` of ${limit.toLocaleString()} tokens` : "";
    const until = retryAfterSeconds === null ? null : now + retryAfterSeconds * 1000;
    const again = until === null ? "tomorrow" : timeOf(until, now);
    return `This workspace has used its day's budget${tokens}. It begins anew ${again}.`;
  }
  if (reason === "rate_limited" || reason === "daily_limit_reached") {
    const until = retryAfterSeconds === null ? null : now + retryAfterSeconds * 1000;
    return `That was a lot. Try again ${until === null ? "later" : timeOf(until, now)}.`;
  }
  return PROBLEMS[reason] ?? UNKNOWN;
}

/** Whether the same call may succeed later. If not, only another text or another chat helps. */
export function canRetry({ reason }: Refusal): boolean {
  return !["chat_session_not_found", "workspace_not_found", "invalid_request"].includes(reason);
}

const MESSAGE_ERRORS: Record<string, string> = {
  SAFETY_FILTERED: "The language model refused to answer this. Ask in other words.",
  OUTPUT_TRUNCATED: "The answer became too long. Ask for less at once.",
  TOO_LONG: "The answer became too long. Ask for less at once.",
  TOKEN_BUDGET: "This workspace's budget for today was used up while the assistant was writing.",
  TOO_MANY_ROUNDS: "The assistant looked up a lot and came to no end. Ask for less at once.",
  TIMEOUT: "The answer took too long.",
  WORKER_LOST: "The answer was interrupted.",
  PROVIDER_ERROR: "The language model cannot be reached. Ask again in a minute.",
};

/** Why a message has no end. */
export function messageErrorWords(code: string | undefined): string {
  return MESSAGE_ERRORS[code ?? ""] ?? "The language model could not answer. Ask again.";
}

const SIGN_IN: Record<string, string> = {
  "auth/invalid-credential": "The e-mail address or the password is wrong.",
  "auth/wrong-password": "The e-mail address or the password is wrong.",
  "auth/user-not-found": "The e-mail address or the password is wrong.",
  "auth/invalid-email": "This is no e-mail address.",
  "auth/missing-password": "Enter your password.",
  "auth/user-disabled": "This account has been disabled.",
  "auth/too-many-requests": "Too many attempts. Wait some minutes, then try again.",
  "auth/operation-not-allowed": "Signing in with a password is not enabled in this project.",
  "auth/multi-factor-auth-required": "This page cannot ask for a second factor yet.",
  offline: PROBLEMS.offline as string,
};

/** Why nobody was signed in. */
export function signInWords(reason: string): string {
  return SIGN_IN[reason] ?? "Signing in did not work. Try again.";
}
