import { FirebaseError } from "firebase/app";
import type { Issue, Reasons } from "./types.js";

/** A word that a client may switch on; `Reasons` has the code and the details of each. */
export type Reason = keyof Reasons;

/** An error of this reason, with its details typed. */
export type Because<R extends Reason> = RuntimeError & {
  readonly code: Reasons[R]["code"];
  readonly reason: R;
  readonly details: Reasons[R]["details"];
};

// What can be over by the next try. As the client calls them, all are safe to repeat.
const PASSING = new Set(["aborted", "unavailable", "deadline-exceeded", "internal"]);

/** A callable said no, or no answer of it arrived. */
export class RuntimeError extends Error {
  override readonly name = "RuntimeError";

  constructor(
    /** As the callable protocol has it, such as `failed-precondition`. */
    readonly code: string,
    /** `no_answer` where the functions said nothing: the network broke, or the time was up. */
    readonly reason: Reason | "no_answer",
    message: string,
    readonly details: Readonly<Record<string, unknown>>,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** What the SDK threw, in these terms. */
  static from(thrown: unknown): RuntimeError {
    if (thrown instanceof RuntimeError) return thrown;
    if (!(thrown instanceof FirebaseError)) {
      return new RuntimeError("internal", "no_answer", String(thrown), {}, { cause: thrown });
    }
    const code = thrown.code.replace(/^functions\//, "");
    const details = "details" in thrown && isRecord(thrown.details) ? thrown.details : {};
    const reason = typeof details.reason === "string" ? (details.reason as Reason) : "no_answer";
    return new RuntimeError(code, reason, thrown.message, details, { cause: thrown });
  }

  /** Whether it is for one of these reasons; TypeScript knows the details from then on. */
  is<R extends Reason>(...reasons: readonly R[]): this is Because<R> {
    return (reasons as readonly string[]).includes(this.reason);
  }

  /** What is wrong with the request, and where; nothing for errors of other kinds. */
  get issues(): readonly Issue[] {
    return this.is("invalid_request", "malformed_request") ? this.details.issues : [];
  }

  /** Whether the same call may well succeed a moment later. */
  get isPassing(): boolean {
    return PASSING.has(this.code) && this.reason !== "version_conflict";
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
