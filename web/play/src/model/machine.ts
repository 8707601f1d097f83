/** The states of a game, as a pure function of what happens. */

export interface Outcome {
  playId: string;
  segmentId: string;
  prize: { id: string; name: string; kind: string } | null;
  claim: { code: string } | null;
  next: { at: number } | null;
}

export interface Problem {
  reason: string;
  details: Record<string, unknown>;
}

export interface Game {
  phase: "ready" | "asking" | "landing" | "result" | "refused";
  /** Which of the allowed plays this is, from 1. */
  number: number;
  /** Whether the terms are accepted, if there are any. */
  accepted: boolean;
  /** Whether the guest pressed the button before accepting the terms. */
  reminded: boolean;
  /** Whether the answer takes long. */
  slow: boolean;
  /** Whether the result is shown at once, without a spin. */
  instant: boolean;
  outcome: Outcome | null;
  problem: Problem | null;
}

export type Happening =
  | { type: "accept"; accepted: boolean }
  /** `restart`: a new period has begun, in which plays are counted from 1 again. */
  | { type: "press"; instant: boolean; restart: boolean }
  | { type: "slow" }
  | { type: "answered"; outcome: Outcome }
  | { type: "landed" }
  | { type: "refused"; problem: Problem };

export interface Start {
  /** Whether the guest has accepted these terms before, or there are none. */
  accepted: boolean;
  /** The play that was asked for before a reload: its result is shown again. */
  asked: number | null;
  /** Why nobody can play here. A play that was asked for before is still shown. */
  problem: Problem | null;
}

export function startOf({ accepted, asked, problem }: Start): Game {
  const game: Game = {
    phase: "ready",
    number: asked ?? 1,
    accepted,
    reminded: false,
    slow: false,
    instant: false,
    outcome: null,
    problem: null,
  };
  if (asked !== null && accepted) return { ...game, phase: "asking", instant: true };
  return problem ? { ...game, phase: "refused", problem } : game;
}

/** The game after it. What cannot happen in a phase changes nothing there. */
export function next(game: Game, happening: Happening): Game {
  const { phase } = game;
  switch (happening.type) {
    case "accept":
      return { ...game, accepted: happening.accepted, reminded: false };
    case "press":
      if (phase === "asking" || phase === "landing") return game;
      if (!game.accepted) return { ...game, reminded: true };
      return {
        ...game,
        phase: "asking",
        number: happening.restart ? 1 : phase === "result" ? game.number + 1 : game.number,
        instant: happening.instant,
        slow: false,
        outcome: null,
        problem: null,
      };
    case "slow":
      return phase === "asking" ? { ...game, slow: true } : game;
    case "answered": {
      if (phase !== "asking") return game;
      const { outcome } = happening;
      return { ...game, phase: game.instant ? "result" : "landing", slow: false, outcome };
    }
    case "landed":
      return phase === "landing" ? { ...game, phase: "result" } : game;
    case "refused": {
      if (phase !== "asking") return game;
      const { problem } = happening;
      const isTerms = problem.reason === "terms_required";
      return {
        ...game,
        phase: "refused",
        slow: false,
        accepted: game.accepted && !isTerms,
        problem,
      };
    }
  }
}

/** Whether the guest may press the button, as far as the page knows. The server decides. */
export function maySpin(game: Game, plays: number): boolean {
  if (game.phase === "result") return game.number < plays;
  return game.phase !== "refused" || !FINAL.has(game.problem?.reason ?? "");
}

/** Problems that another press does not end. */
const FINAL: ReadonlySet<string> = new Set([
  "closed",
  "campaign_not_found",
  "limit_reached",
  "ticket_missing",
  "ticket_invalid",
  "ticket_revoked",
  "session_missing",
]);
