/** That a guest has answered the last question: the session is to be completed, by whatever page can. */

import type { KeyValueStore } from "./outbox.ts";
import { refusalOf } from "./refusals.ts";
import type { SessionBackend } from "./sessions/session-backend.ts";

const PREFIX = "guest-page:completing:";

/** The wish to complete one session, as it is stored until the server has done so. */
export class Completion {
  private readonly key: string;

  constructor(
    private readonly store: KeyValueStore,
    scope: string,
    sessionId: string,
  ) {
    this.key = `${PREFIX}${scope}:${sessionId}`;
  }

  /** Keep it, with the experience that the page's address has chosen. */
  keep(experienceId: string | null): void {
    this.store.setItem(this.key, experienceId ?? "");
  }

  get isKept(): boolean {
    return this.store.getItem(this.key) !== null;
  }

  get experienceId(): string | null {
    return this.store.getItem(this.key) || null;
  }

  forget(): void {
    this.store.removeItem(this.key);
  }

  /** Do work that only a passing problem makes worth another attempt. */
  async attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!refusalOf(error).isTransient) this.forget();
      throw error;
    }
  }

  /** Complete the session of which everything is sent. To repeat it is harmless. */
  async complete(target: Pick<SessionBackend, "complete">): Promise<void> {
    if (!this.isKept) return; // another tab has
    await this.attempt(() => target.complete([]));
    this.forget();
  }
}

/** The sessions that wait to be completed, of whatever project or event. */
export function completingSessions(store: KeyValueStore): { scope: string; sessionId: string }[] {
  const keys = Array.from({ length: store.length }, (_, index) => store.key(index) ?? "");
  return keys
    .filter((key) => key.startsWith(PREFIX))
    .map((key) => key.slice(PREFIX.length).split(":"))
    .map((parts) => ({ scope: parts.slice(0, -1).join(":"), sessionId: parts.at(-1) ?? "" }));
}
