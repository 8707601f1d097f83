import { httpsCallable, type Functions } from "firebase/functions";
import { RuntimeError } from "./errors.js";
import { CALLABLES } from "./names.js";
import type { Callables } from "./types.js";

/** Every callable as a function. They reject with a `RuntimeError`, and nothing else. */
export type Client = {
  [Name in keyof Callables]: (
    request: Callables[Name]["request"],
  ) => Promise<Callables[Name]["answer"]>;
};

export interface Options {
  /** How often a call is tried before what may pass counts as an error; 1 never repeats. */
  attempts?: number;
  /** How long to wait for an answer; the SDK's own limit is 70 seconds. */
  timeoutMs?: number;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 4000;

/** The callables of the functions that the SDK's `getFunctions` found. */
export function createClient(functions: Functions, options: Options = {}): Client {
  const { attempts = 4, timeoutMs } = options;
  const sdkOptions = timeoutMs === undefined ? {} : { timeout: timeoutMs };

  function bind(name: keyof Callables) {
    const send = httpsCallable(functions, name, sdkOptions);
    return async (given: object) => {
      const request = name === "startRun" ? identified(given) : given;
      for (let attempt = 1; ; attempt += 1) {
        try {
          return (await send(request)).data;
        } catch (thrown) {
          const error = RuntimeError.from(thrown);
          if (attempt >= attempts || !error.isPassing) throw error;
        }
        await pause(attempt);
      }
    };
  }

  return Object.fromEntries(CALLABLES.map((name) => [name, bind(name)])) as Client;
}

/** A run that is asked for again, because the answer got lost, is found by its id and not doubled. */
function identified(request: { requestId?: string | null }): object {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const made = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { ...request, requestId: request.requestId ?? made };
}

/** A chance moment, so that clients that failed together do not come back together. */
function pause(attempt: number): Promise<void> {
  const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
  return new Promise((resolve) => setTimeout(resolve, Math.random() * ceiling));
}
