/** Why a call failed, by the reasons that this page switches on. */

import type { Issue, RuntimeError } from "experience-client";

export class Refusal extends Error {
  constructor(
    /** The server's `details.reason`, or `offline` if there was no response. */
    readonly reason: string,
    readonly details: Record<string, unknown> = {},
    /** Whether the same call may succeed a moment later. */
    readonly isTransient = false,
  ) {
    super(reason);
  }

  /** The invalid fields, with what is wrong with each. */
  get issues(): Issue[] {
    const { issues } = this.details;
    return Array.isArray(issues) ? issues : [];
  }

  get retryAfterSeconds(): number | null {
    const { retryAfterSeconds } = this.details;
    return typeof retryAfterSeconds === "number" ? retryAfterSeconds : null;
  }
}

/** What a call threw, as a refusal. The client's `no_response` is `offline` here. */
export function refusalOf(thrown: unknown): Refusal {
  if (thrown instanceof Refusal) return thrown;
  const { code, reason, details, isTransient } = thrown as Partial<RuntimeError>;
  if (reason === "no_response" || code === "auth/network-request-failed") {
    return new Refusal("offline", {}, true);
  }
  if (code === "auth/too-many-requests" || code === "auth/quota-exceeded") {
    return new Refusal("auth/too-many-requests", {}, true);
  }
  const why = reason === "app_check_consumed" ? "app_check_required" : reason;
  return new Refusal(why ?? code ?? "unknown", { ...details }, isTransient);
}
