import { httpsCallable, type Functions } from "firebase/functions";
import { RuntimeError } from "./errors.js";
import { CALLABLES } from "./names.js";
import type { Callables } from "./types.js";

/** Every callable as a function. It rejects with a `RuntimeError` and with nothing else. */
export type Client = {
  [Name in keyof Callables]: (
    request: Callables[Name]["request"],
  ) => Promise<Callables[Name]["response"]>;
};

export interface Options {
  /** How many attempts a call gets if its errors are transient. 1 never retries. */
  attempts?: number;
  /** How long to wait for a response. The SDK's own limit is 70 seconds. */
  timeoutMs?: number;
}

const MIN_PAUSE_MS = 500;
const MAX_PAUSE_MS = 4000;

/** The callables of the functions that the SDK's `getFunctions` returned. */
export function createClient(functions: Functions, options: Options = {}): Client {
  const { attempts = 4, timeoutMs } = options;
  const sdkOptions = timeoutMs === undefined ? {} : { timeout: timeoutMs };

  function bind(name: keyof Callables) {
    const send = httpsCallable(functions, name, sdkOptions);
    return async (given: object) => {
      const request = name === "startRun" ? withRequestId(given) : given;
      for (let attempt = 1; ; attempt += 1) {
        try {
          return (await send(request)).data;
        } catch (thrown) {
          const error = RuntimeError.from(thrown);
          if (attempt >= attempts || !error.isTransient) throw error;
        }
        await pause(attempt);
      }
    };
  }

  return Object.fromEntries(CALLABLES.map((name) => [name, bind(name)])) as Client;
}

/** With a request id, so that a retry after a lost response finds the run and starts no other. */
function withRequestId(request: { requestId?: string | null }): object {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const random = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { ...request, requestId: request.requestId ?? random };
}

/** A random pause, so that clients that failed at the same time do not retry at the same time. */
function pause(attempt: number): Promise<void> {
  const ceiling = Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS * 2 ** (attempt - 1));
  return new Promise((resolve) => setTimeout(resolve, Math.random() * ceiling));
}
