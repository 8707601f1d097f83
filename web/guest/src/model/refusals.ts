/** Why a call did not succeed, in the words that this page switches on. */

export class Refusal extends Error {
  constructor(
    /** The server's `details.reason`; `offline` when no answer came. */
    readonly reason: string,
    readonly details: Record<string, unknown> = {},
    /** Whether the same call may succeed a moment later. */
    readonly passes = false,
  ) {
    super(reason);
  }

  /** The fields that are wrong, with what is wrong. */
  get issues(): { path: string; message: string }[] {
    const { issues } = this.details;
    return Array.isArray(issues) ? issues : [];
  }

  get retryAfterSeconds(): number | null {
    const { retryAfterSeconds } = this.details;
    return typeof retryAfterSeconds === "number" ? retryAfterSeconds : null;
  }
}

const SILENT = new Set(["internal", "unavailable", "deadline-exceeded", "unknown", "cancelled"]);

/** What the SDK throws, as a refusal. Without a connection it says `internal`, without details. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const { code = "", details } = (error ?? {}) as { code?: string; details?: unknown };
  const word = code.replace(/^(functions|auth)\//, "");
  const given = isRecord(details) ? details : {};
  const reason = typeof given.reason === "string" ? given.reason : null;
  if (reason === null && (SILENT.has(word) || word === "network-request-failed")) {
    return new Refusal("offline", given, true);
  }
  const passes = word === "aborted" || word === "internal" || word === "unavailable";
  return new Refusal(reason ?? (word || "unknown"), given, passes);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
