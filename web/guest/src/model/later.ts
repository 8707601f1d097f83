/** Code that is loaded when it is needed, and what to do if it does not arrive. */

export class Later<T> {
  /** What was loaded; null before. */
  loaded: T | null = null;
  private loading: Promise<T> | null = null;

  constructor(private readonly fetched: () => Promise<T>) {}

  /** Load it, once for all callers. After a failure the next call tries again. */
  load(): Promise<T> {
    this.loading ??= this.fetched().then(
      (value) => {
        this.loaded = value;
        return value;
      },
      (error: unknown) => {
        this.loading = null;
        throw error;
      },
    );
    return this.loading;
  }
}

/** What a page knows when code has not arrived. */
export interface Missing {
  /** Whether the site answers. */
  isReachable: boolean;
  /** Whether the page was reloaded for this before. */
  wasReloaded: boolean;
}

/**
 * A new deployment has no files of an older page, so a reload helps, once. Without a connection it
 * would show the browser's own error.
 */
export function remedyFor({ isReachable, wasReloaded }: Missing): "reload" | "offline" | "not_loaded" {
  if (!isReachable) return "offline";
  return wasReloaded ? "not_loaded" : "reload";
}
