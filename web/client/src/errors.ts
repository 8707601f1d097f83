import { FirebaseError } from "firebase/app";
import type { Issue, Reasons } from "./types.js";

/** The reason for a refusal, which clients may switch on. `Reasons` has its code and its details. */
export type Reason = keyof Reasons;

/** An error with this reason, and with the type of its details. */
export type Because<R extends Reason> = RuntimeError & {
  readonly code: Reasons[R]["code"];
  readonly reason: R;
  readonly details: Reasons[R]["details"];
};

// These may succeed on the next attempt. Every call of the client is safe to repeat.
const PASSING = new Set(["aborted", "unavailable", "deadline-exceeded", "internal"]);
// What the SDK makes of a 429 or 502 that the functions' host answers in their place.
const OF_THE_HOST = new Set(["resource-exhausted", "unknown"]);

// What the SDK throws if there is no App Check token for a call that needs a new one.
const NO_TOKEN = new Set(
  ["recaptcha-error", "initial-throttle", "throttled", "fetch-status-error"].map(
    (code) => `appCheck/${code}`,
  ),
);

/** A callable refused, or its response did not arrive. */
export class RuntimeError extends Error {
  override readonly name = "RuntimeError";

  constructor(
    /** The code of the callable protocol, such as `failed-precondition`. */
    readonly code: string,
    /** `no_response` if there was no response: the network failed, or the time was up. */
    readonly reason: Reason | "no_response",
    message: string,
    readonly details: Readonly<Record<string, unknown>>,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** The error for what the SDK threw. */
  static from(thrown: unknown): RuntimeError {
    if (thrown instanceof RuntimeError) return thrown;
    if (!(thrown instanceof FirebaseError)) {
      return new RuntimeError("internal", "no_response", String(thrown), {}, { cause: thrown });
    }
    if (NO_TOKEN.has(thrown.code)) {
      const given = ["unauthenticated", "app_check_required", thrown.message] as const;
      return new RuntimeError(...given, {}, { cause: thrown });
    }
    const code = thrown.code.replace(/^functions\//, "");
    const details = "details" in thrown && isRecord(thrown.details) ? thrown.details : {};
    const reason = typeof details.reason === "string" ? (details.reason as Reason) : "no_response";
    return new RuntimeError(code, reason, thrown.message, details, { cause: thrown });
  }

  /** Whether it has one of these reasons. If so, TypeScript knows the type of its details. */
  is<R extends Reason>(...reasons: readonly R[]): this is Because<R> {
    return (reasons as readonly string[]).includes(this.reason);
  }

  /** What is wrong with the request, and where. Empty for errors of other kinds. */
  get issues(): readonly Issue[] {
    return this.is("invalid_request", "malformed_request") ? this.details.issues : [];
  }

  /** Whether the same call may succeed a moment later. */
  get isTransient(): boolean {
    if (this.reason === "no_response" && OF_THE_HOST.has(this.code)) return true;
    return PASSING.has(this.code) && this.reason !== "version_conflict";
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
