/** The whole page of a campaign, the same for a demo and for a live campaign. */

import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import type { Campaign } from "../model/campaign.ts";
import { maySpin, next, type Outcome, type Problem, startOf } from "../model/machine.ts";
import { indexOf } from "../model/spin.ts";
import type { Kept } from "../model/storage.ts";
import { fill, textsOf } from "../model/texts.ts";
import { throwConfetti } from "./confetti.ts";
import { useMoment } from "./moment.ts";
import { Motion } from "./motion.ts";
import { Result } from "./result.tsx";
import { Sounds } from "./sounds.ts";
import { Terms } from "./terms.tsx";
import { Wheel } from "./wheel.tsx";

/** Asks for the outcome of a play. Rejects with a `Refusal`. */
export type Decide = (number: number, onSlow: () => void) => Promise<Outcome>;

interface Props {
  campaign: Campaign;
  kept: Kept;
  decide: Decide;
  /** How many plays a person has, as far as the page knows. */
  plays: number;
  /** What plays are counted for at present: a day, a ticket, a session. */
  period: () => string;
  /** Why nobody can play, if that is known before the first play. */
  obstacle?: Problem | null;
  /** What is known before the first play, such as when the wheel opens. */
  notice?: string | null;
  problemOf: (error: unknown) => Problem;
}

const SWIPE_PX = 40;

export function App(props: Props) {
  const { campaign, kept, decide, plays, period, notice, problemOf } = props;
  const { copy, media, segments, terms } = campaign;
  const texts = textsOf(campaign.locale);
  const isLive = campaign.mode === "live";
  const [game, happens] = useReducer(next, null, () =>
    startOf({
      accepted: terms === null || (isLive && kept.acceptedTerms === terms.version),
      asked: isLive ? kept.asked(period()) : null,
      problem: props.obstacle ?? null,
    }),
  );
  const [sounds] = useState(() => new Sounds(media, kept.isMuted));
  const [muted, setMuted] = useState(sounds.isMuted);
  const disc = useRef<HTMLDivElement>(null);
  const pointer = useRef<SVGSVGElement>(null);
  const motion = useRef<Motion | null>(null);
  const end = useRef<HTMLDivElement>(null);
  const accept = useRef<HTMLInputElement>(null);
  const swipe = useRef(0);
  const asked = useRef("");
  const isNewPeriod = game.phase === "result" && asked.current !== period();
  const isPressable = isNewPeriod || maySpin(game, plays);
  const turns = game.phase === "asking" || game.phase === "landing";

  useEffect(() => {
    if (disc.current === null) return;
    const tick = () => {
      sounds.tick(performance.now());
      const frames = [{ transform: "rotate(-14deg)" }, { transform: "none" }];
      pointer.current?.animate(frames, { duration: 130, easing: "ease-out" });
    };
    const land = (durationMs: number) => sounds.land(durationMs);
    motion.current = new Motion(disc.current, segments.length, tick, land);
  }, []);

  useEffect(() => {
    if (motion.current) motion.current.count = segments.length;
  }, [segments.length]);

  useEffect(() => {
    if (game.phase !== "asking") return;
    let isCurrent = true;
    if (!game.instant) motion.current?.start();
    asked.current = period();
    if (isLive) kept.keepAsked(asked.current, game.number);
    decide(game.number, () => isCurrent && happens({ type: "slow" })).then(
      (outcome) => isCurrent && happens({ type: "answered", outcome }),
      (error) => {
        const problem = problemOf(error);
        // Nothing was played. A reload, after the wheel has opened for example, must not play.
        if (isLive && problem.reason !== "offline") kept.keepAsked(asked.current, game.number - 1);
        if (isCurrent) happens({ type: "refused", problem });
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [game.phase, game.number]);

  useEffect(() => {
    const { phase, outcome, instant } = game;
    const hasEnded = phase === "refused" || phase === "result";
    if (hasEnded && !isPressable && document.activeElement === document.body) {
      end.current?.focus({ preventScroll: true }); // the button had it, and is gone
    }
    if (phase === "refused") {
      motion.current?.stop();
      sounds.stopSpin();
      if (game.problem?.reason === "terms_required") accept.current?.focus();
    }
    if (outcome === null) return;
    const index = Math.max(0, indexOf(segments, outcome));
    const offset = Math.random() * 2 - 1;
    if (phase === "landing") {
      motion.current?.land(index, offset).then(() => happens({ type: "landed" }));
    }
    if (phase === "result") {
      if (instant) motion.current?.rest(index, offset);
      sounds.stopSpin();
      if (outcome.prize) {
        sounds.playWin();
        if (!instant && !prefersStillness()) throwConfetti(coloursOf(campaign));
      }
      end.current?.scrollIntoView({
        behavior: prefersStillness() ? "auto" : "smooth",
        block: "nearest",
      });
    }
  }, [game.phase]);

  useMoment(game.outcome?.next?.at);

  useEffect(() => {
    if (game.reminded) accept.current?.focus();
  }, [game.reminded]);

  const press = () => {
    const instant = prefersStillness();
    if (game.accepted && !turns) {
      if (terms) kept.acceptedTerms = terms.version;
      sounds.unlock();
      if (!instant) sounds.startSpin();
    }
    happens({ type: "press", instant, restart: isNewPeriod });
  };
  const cta =
    game.phase === "refused"
      ? texts.tryAgain
      : game.phase === "result"
        ? texts.again
        : copy.cta || texts.spin;
  return (
    <div class="page" data-testid="play" data-phase={game.phase} data-number={game.number}>
      {media.background && <img class="background" src={media.background} alt="" />}
      {campaign.mode === "demo" && (
        <p class="demo" data-testid="demo">
          {texts.demo}
        </p>
      )}
      <main>
        <header class="card">
          {media.logo && <img class="logo" src={media.logo} alt={campaign.name} />}
          <h1>{copy.headline}</h1>
          {copy.intro && <p class="intro">{copy.intro}</p>}
        </header>
        <div
          class="stage"
          onPointerDown={(event) => {
            swipe.current = event.clientX;
          }}
          onPointerUp={(event) => {
            if (isPressable && Math.abs(event.clientX - swipe.current) > SWIPE_PX) press();
          }}
        >
          <Wheel
            campaign={campaign}
            title={fill(texts.wheel, { count: segments.length })}
            discRef={disc}
            pointerRef={pointer}
          />
        </div>
        <div class="actions">
          <div class="card">
            {terms && (
              <Terms
                terms={terms}
                texts={texts}
                game={game}
                isOver={!isPressable}
                inputRef={accept}
                onAccept={(accepted) => happens({ type: "accept", accepted })}
              />
            )}
            {notice && game.phase === "ready" && <p data-testid="notice">{notice}</p>}
            {isPressable && (
              <button
                type="button"
                class="cta"
                data-testid="spin"
                aria-disabled={turns}
                onClick={press}
              >
                {turns ? texts.spinning : cta}
              </button>
            )}
            <p class="wait" role="status" data-testid="slow">
              {game.slow ? texts.slow : ""}
            </p>
            {sounds.areAny && (
              <button
                type="button"
                class="quiet"
                data-testid="mute"
                aria-pressed={muted}
                onClick={() => {
                  sounds.mute(!muted);
                  kept.isMuted = !muted;
                  setMuted(!muted);
                }}
              >
                {muted ? texts.unmute : texts.mute}
              </button>
            )}
          </div>
          <div role="status" aria-live="polite" tabIndex={-1} ref={end} data-testid="end">
            <Result campaign={campaign} texts={texts} game={game} isLast={!isPressable} />
          </div>
        </div>
        <details class="card list">
          <summary>{texts.onWheel}</summary>
          <ol>
            {segments.map(({ id, label, prize }) => (
              <li key={id}>
                {label}
                {prize !== label && <span> – {prize ?? texts.noPrize}</span>}
              </li>
            ))}
          </ol>
        </details>
      </main>
    </div>
  );
}

function coloursOf({ theme }: Campaign): string[] {
  return [theme.primaryColor, theme.secondaryColor, theme.textColor, theme.onPrimaryColor];
}

function prefersStillness(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
