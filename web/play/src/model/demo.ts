/** A demo decides by itself, by even odds among the segments. Nothing can be won. */

import type { Campaign } from "./campaign.ts";
import type { Outcome } from "./machine.ts";

export const DEMO_CODE = "DEMO-0000-0000";

/** The outcome for a random number from 0 to below 2³². */
export function demoOutcome({ segments }: Pick<Campaign, "segments">, random: number): Outcome {
  const segment = segments[Math.floor((random / 2 ** 32) * segments.length)] ?? segments[0];
  const name = segment?.prize ?? null;
  return {
    playId: "demo",
    segmentId: segment?.id ?? "",
    prize: name === null ? null : { id: "demo", name, kind: "code" },
    claim: name === null ? null : { code: DEMO_CODE },
    next: null,
  };
}
