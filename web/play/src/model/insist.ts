/** Repeats a call whose answer was lost. `playCampaign` returns the same play each time. */

export interface Insistence {
  attempts: number;
  isTransient: (error: unknown) => boolean;
  pause?: (attempt: number) => Promise<void>;
}

const MIN_PAUSE_MS = 500;
const MAX_PAUSE_MS = 4000;

/** The first response. Rejects with what is not transient, or with the last error. */
export async function insist<T>(
  call: () => Promise<T>,
  { attempts, isTransient, pause = randomPause }: Insistence,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt >= attempts || !isTransient(error)) throw error;
    }
    await pause(attempt);
  }
}

/** Random, so that pages that failed at the same time do not retry at the same time. */
function randomPause(attempt: number): Promise<void> {
  const ceiling = Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS * 2 ** (attempt - 1));
  return new Promise((resolve) => setTimeout(resolve, Math.random() * ceiling));
}
