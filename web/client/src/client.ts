import { httpsCallable, type Functions, type HttpsCallable } from "firebase/functions";
import { RuntimeError } from "./errors.js";
import { CALLABLES, LIMITED_USE } from "./names.js";
import type { Callables } from "./types.js";

/** Every callable as a function. It rejects with a `RuntimeError` and with nothing else. */
export type Client = {
  [Name in keyof Callables]: ((
    request: Callables[Name]["request"],
  ) => Promise<Callables[Name]["response"]>) &
    Streams<Callables[Name]>;
};

/** What a callable has in addition if it streams. */
type Streams<Declared> = Declared extends {
  request: infer Request;
  response: infer Response;
  chunk: infer Chunk;
}
  ? {
      /** Calls it once, without retries, and resolves when the response begins. */
      stream: (request: Request, options?: StreamOptions) => Promise<Streamed<Chunk, Response>>;
    }
  : unknown;

export interface StreamOptions {
  /** Aborting it ends the response. What the callable does goes on. */
  signal?: AbortSignal;
}

/** A response while it arrives. Both parts reject with a `RuntimeError` and with nothing else. */
export interface Streamed<Chunk, Response> {
  /** To be read once, to its end. */
  stream: AsyncIterable<Chunk>;
  /** What a plain call returns. */
  data: Promise<Response>;
}

export interface Options {
  /** How many attempts a call gets if its errors are transient. 1 never retries. */
  attempts?: number;
  /** How long to wait for a response. The SDK's own limit is 70 seconds. */
  timeoutMs?: number;
  /**
   * Whether callables that cost money get a new App Check token for each attempt. Without it they get
   * one once the functions have asked for it.
   */
  limitedUseTokens?: boolean;
}

const MIN_PAUSE_MS = 500;
const MAX_PAUSE_MS = 4000;

/** The callables of the functions that the SDK's `getFunctions` returned. */
export function createClient(functions: Functions, options: Options = {}): Client {
  const { attempts = 4, timeoutMs } = options;
  let asksForNew = options.limitedUseTokens ?? false;
  const sdkOptions = timeoutMs === undefined ? {} : { timeout: timeoutMs };

  function bind(name: keyof Callables) {
    const usual = httpsCallable(functions, name, sdkOptions);
    const fresh = httpsCallable(functions, name, { ...sdkOptions, limitedUseAppCheckTokens: true });

    /** Send it, and once more with a new App Check token if the first one was refused. */
    async function send<R>(by: (callable: HttpsCallable) => Promise<R>): Promise<R> {
      const isNew = asksForNew && LIMITED_USE.has(name);
      try {
        return await by(isNew ? fresh : usual);
      } catch (thrown) {
        const error = RuntimeError.from(thrown);
        if (!error.is("app_check_required", "app_check_consumed")) throw error;
        asksForNew ||= error.is("app_check_consumed");
      }
      return by(fresh);
    }

    const call = async (given: object) => {
      const request = name === "startRun" ? withRequestId(given) : given;
      for (let attempt = 1; ; attempt += 1) {
        try {
          return (await send((callable) => callable(request))).data;
        } catch (thrown) {
          const error = RuntimeError.from(thrown);
          if (attempt >= attempts || !error.isTransient) throw error;
        }
        await pause(attempt);
      }
    };
    // What refuses a stream is in it, when it is too late to send it again.
    const streamed = LIMITED_USE.has(name) ? fresh : usual;
    const stream = (request: object, given: StreamOptions = {}) => begin(streamed, request, given);
    return Object.assign(call, { stream });
  }

  return Object.fromEntries(CALLABLES.map((name) => [name, bind(name)])) as unknown as Client;
}

/** Calls with the SDK, whose `data` would never settle after a response that is no stream. */
async function begin(
  send: HttpsCallable,
  request: object,
  options: StreamOptions,
): Promise<Streamed<unknown, unknown>> {
  const sent = await send.stream(request, options).catch((thrown: unknown) => {
    throw RuntimeError.from(thrown);
  });
  let end = (_: RuntimeError): void => {};
  const ended = new Promise<never>((_, reject) => (end = reject));

  async function* read(): AsyncGenerator<unknown> {
    try {
      yield* sent.stream;
    } catch (thrown) {
      throw RuntimeError.from(thrown);
    } finally {
      end(new RuntimeError("internal", "no_response", "The stream ended without an answer.", {}));
    }
  }

  const data = Promise.race([sent.data, ended]).catch((thrown: unknown) => {
    throw RuntimeError.from(thrown);
  });
  data.catch(() => {}); // whoever reads only the stream has its error from there
  return { stream: read(), data };
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
