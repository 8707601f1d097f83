/** What the assistant would do. It runs by the button alone. */

import { useState } from "preact/hooks";
import type { Refusal } from "../../../guest/src/model/refusals.ts";
import { argumentsOf, wordsOf } from "../model/arguments.ts";
import { timeOf } from "../model/times.ts";
import type { Proposal } from "../model/types.ts";
import { problemWords } from "../model/words.ts";
import { Formatted } from "./parts/formatted.tsx";
import { useFocus, useNow } from "./parts/hooks.ts";
import { Icon } from "./parts/icons.tsx";

interface ProposalProps {
  id: string;
  proposal: Proposal;
  isConfirming: boolean;
  problem: Refusal | null;
  isDismissed: boolean;
  onConfirm(): void;
  onDismiss(dismissed: boolean): void;
}

export function ProposalCard(props: ProposalProps) {
  const { id, proposal, isConfirming, problem, isDismissed, onConfirm, onDismiss } = props;
  const now = useNow(proposal.status === "open" ? proposal.expiresAt : null);
  const state = stateOf(proposal, isDismissed, now);
  // Who has pressed a button keeps the focus where its effect is.
  const [acted, setActed] = useState(false);
  const act = (action: () => void) => {
    if (isConfirming) return;
    setActed(true);
    action();
  };
  const titleId = `proposal-${id}`;
  return (
    <section
      class="proposal"
      aria-labelledby={titleId}
      data-testid="proposal"
      data-state={state}
      aria-busy={isConfirming}
    >
      <h3 id={titleId}>
        <Icon name={state === "confirmed" ? "check" : "spark"} />
        {wordsOf(proposal.tool)}
      </h3>
      <p class="proposal-summary" data-testid="proposal-summary">
        {proposal.summary}
      </p>
      <Arguments given={proposal.arguments} />
      {problem && state === "open" ? (
        <p class="error" role="alert" data-testid="proposal-problem" data-reason={problem.reason}>
          {problemWords(problem, now)}
        </p>
      ) : null}
      {state === "open" ? (
        <>
          <p class="proposal-expiry" data-testid="proposal-expiry">
            Valid until {timeOf(proposal.expiresAt, now).replace(/^at /, "")}. Nothing happens unless
            you confirm.
          </p>
          <div class="buttons">
            <button
              type="button"
              class="button primary"
              data-testid="confirm"
              aria-disabled={isConfirming}
              onClick={() => act(onConfirm)}
            >
              {isConfirming ? "Confirming …" : "Confirm"}
            </button>
            <button
              type="button"
              class="button"
              data-testid="dismiss"
              aria-disabled={isConfirming}
              onClick={() => act(() => onDismiss(true))}
            >
              Dismiss
            </button>
          </div>
        </>
      ) : (
        <Outcome
          state={state}
          result={proposal.result}
          takesFocus={acted}
          onShow={() => onDismiss(false)}
        />
      )}
    </section>
  );
}

type ProposalState = Proposal["status"] | "dismissed" | "expired";

export function stateOf(proposal: Proposal, isDismissed: boolean, now: number): ProposalState {
  if (proposal.status !== "open") return proposal.status;
  if (proposal.expiresAt <= now) return "expired";
  return isDismissed ? "dismissed" : "open";
}

const OUTCOME_WORDS: Record<Exclude<ProposalState, "open">, string> = {
  confirmed: "Confirmed and done.",
  failed: "Confirmed, but it did not work.",
  expired: "Not confirmed in time. Nothing was done. Ask again if you still want it.",
  dismissed: "Dismissed. Nothing was done.",
};

interface OutcomeProps {
  state: Exclude<ProposalState, "open">;
  result: string | null;
  takesFocus: boolean;
  onShow(): void;
}

function Outcome({ state, result, takesFocus, onShow }: OutcomeProps) {
  const element = useFocus<HTMLDivElement>(state);
  return (
    <div
      class={`outcome outcome-${state}`}
      data-testid="outcome"
      role="status"
      {...(takesFocus ? { ref: element, tabIndex: -1 } : {})}
    >
      <p class="outcome-words">{OUTCOME_WORDS[state]}</p>
      {result ? <Formatted text={result} /> : null}
      {state === "dismissed" ? (
        <button type="button" class="button" data-testid="undismiss" onClick={onShow}>
          Show again
        </button>
      ) : null}
    </div>
  );
}

function Arguments({ given }: { given: Record<string, unknown> }) {
  const listed = argumentsOf(given);
  if (listed.length === 0) return null;
  return (
    <dl class="arguments" data-testid="arguments">
      {listed.map(({ label, value }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
