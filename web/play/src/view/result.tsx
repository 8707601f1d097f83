/** How a game ended: a prize with its code, no prize, or why there was no game. */

import { useState } from "preact/hooks";
import type { Campaign } from "../model/campaign.ts";
import type { Game, Outcome, Problem } from "../model/machine.ts";
import { indexOf } from "../model/spin.ts";
import { fill, problemWords, type Texts, timeText } from "../model/texts.ts";
import { Qr } from "./qr.tsx";

interface Shown {
  campaign: Campaign;
  texts: Texts;
}

/** `isLast`: whether no plays are left before `next.at`. */
export function Result(props: Shown & { game: Game; isLast: boolean }) {
  const { campaign, texts, game, isLast } = props;
  if (game.phase === "refused" && game.problem) {
    return <Refused campaign={campaign} texts={texts} problem={game.problem} />;
  }
  if (game.phase !== "result" || game.outcome === null) return null;
  const { outcome } = game;
  const segment = campaign.segments[indexOf(campaign.segments, outcome)]?.label;
  const isWon = outcome.prize !== null;
  const { win, lose } = campaign.copy;
  return (
    <section
      class="card result"
      data-testid="result"
      data-won={isWon}
      data-play={outcome.playId}
      data-segment={outcome.segmentId}
    >
      <h2>{isWon ? win || texts.won : lose || texts.lost}</h2>
      {isWon ? (
        <p class="prize">{fill(texts.prize, { prize: outcome.prize?.name ?? "" })}</p>
      ) : null}
      {segment && <p class="sr-only">{fill(texts.stopped, { segment })}</p>}
      {campaign.mode === "demo" && <p class="note">{texts.demo}</p>}
      {outcome.claim && <Claim campaign={campaign} texts={texts} code={outcome.claim.code} />}
      {isLast && <Next campaign={campaign} texts={texts} outcome={outcome} />}
    </section>
  );
}

function Claim({ campaign, texts, code }: Shown & { code: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => setCopied(await copyText(code));
  const isDemo = campaign.mode === "demo";
  return (
    <div class="claim">
      <p>{isDemo ? texts.exampleCode : texts.code}</p>
      <p class="code" dir="ltr" data-testid="code">
        {code}
      </p>
      <button type="button" class="quiet" data-testid="copy" onClick={copy}>
        {copied ? texts.copied : texts.copy}
      </button>
      {isDemo || <p>{texts.keepCode}</p>}
      <Qr text={code} label={texts.qr} />
    </div>
  );
}

function Next({ campaign, texts, outcome }: Shown & { outcome: Outcome }) {
  if (outcome.next === null) return <p>{texts.noMore}</p>;
  const at = timeText(outcome.next.at, campaign.locale);
  return <p data-testid="next">{fill(texts.next, { at })}</p>;
}

function Refused({ campaign, texts, problem }: Shown & { problem: Problem }) {
  const { title, text } = problemWords(texts, problem.reason);
  const { opensAt, next } = problem.details as { opensAt?: number; next?: { at: number } | null };
  const shown = (at: number | undefined) => (at === undefined ? "" : timeText(at, campaign.locale));
  return (
    <section class="card result" data-testid="problem" data-reason={problem.reason}>
      <h2>{title}</h2>
      <p>{fill(text, { at: shown(opensAt) })}</p>
      {next && <p data-testid="next">{fill(texts.next, { at: shown(next.at) })}</p>}
    </section>
  );
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text); // a file, and many a frame, may not use the clipboard's API
  }
}

function copySelected(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "sr-only";
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  return copied;
}
