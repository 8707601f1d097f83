export { createClient, type Client, type Options } from "./client.js";
export { RuntimeError, type Reason } from "./errors.js";
export { CALLABLES, paths } from "./names.js";
export type * from "./types.js";
