export {
  createClient,
  type Client,
  type Options,
  type Streamed,
  type StreamOptions,
} from "./client.js";
export { EventOutbox, type EventOutboxOptions, type NewEvent, type WaitingEvent } from "./event-outbox.js";
export { RuntimeError, type Reason } from "./errors.js";
export { CALLABLES, paths } from "./names.js";
export type * from "./types.js";
