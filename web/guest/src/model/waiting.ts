/** When a visit that did not open is opened again by itself. */

interface Pauses {
  first: number;
  longest: number;
}

// All guests behind the venue's Wi-Fi share one address, of which Firebase takes a number of sign-ups
// an hour: https://firebase.google.com/docs/auth/limits. Whoever asks more often gets in no sooner.
const PAUSES_MS: Record<string, Pauses> = {
  "auth/too-many-requests": { first: 8_000, longest: 60_000 },
  offline: { first: 3_000, longest: 30_000 },
};

/**
 * How long to wait after a refusal, in ms; null where waiting does not help. `failures` counts this one.
 * The pauses double, and are random, so that guests who were refused together do not return together.
 */
export function pauseAfter(
  reason: string,
  failures: number,
  random: () => number = Math.random,
): number | null {
  const pauses = Object.hasOwn(PAUSES_MS, reason) ? PAUSES_MS[reason] : undefined;
  if (!pauses) return null;
  const ceiling = Math.min(pauses.first * 2 ** (failures - 1), pauses.longest);
  return Math.round(ceiling * (0.5 + random() / 2));
}

/** A screen reader is told again how long it takes after this time, and not at each attempt. */
const SILENCE_MS = 60_000;

export function isAnnounced(lastAt: number | null, now: number): boolean {
  return lastAt === null || now - lastAt >= SILENCE_MS;
}
