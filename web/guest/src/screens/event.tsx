/** An event: its consent, its journey step by step, and the picture at the end. */

import { useRef, useState } from "preact/hooks";
import { clearEntry } from "../model/history.ts";
import { type Refusal, refusalOf } from "../model/refusals.ts";
import { EventSession } from "../model/sessions/event-session.ts";
import type { ConsentText, Venue } from "../model/types.ts";
import { beginAgain, type EventContext, hasAgreed, hasAgreedToThis, startJourney } from "../model/visit.ts";
import { ConsentBox, Hero, Notice } from "../parts/entrance.tsx";
import { EraseVisit } from "../parts/erase.tsx";
import { Page } from "../parts/frame.tsx";
import { AGREE_FIRST, BEGIN } from "../texts.ts";
import { Player } from "./player.tsx";
import { Result } from "./result.tsx";

interface Props {
  context: EventContext;
  /** The experience of the page's address, for an event in which the guest picks none. */
  experienceId: string | null;
}

export function EventScreen({ context, experienceId }: Props) {
  const { event } = context;
  const [agreed, setAgreed] = useState(() => hasAgreed(context));
  const [plays, setPlays] = useState(0);
  /** The session that has been played to its end. */
  const [ended, setEnded] = useState<EventSession | null>(null);
  /** The session to play on, if it is another one than that of a new call. */
  const reopened = useRef<EventSession | null>(null);

  function playAgain(session: EventSession | null) {
    clearEntry();
    reopened.current = session;
    setEnded(null);
    setPlays((n) => n + 1);
  }

  function startOver() {
    beginAgain(context);
    playAgain(null);
  }

  function askForConsent() {
    // The event has changed its consent in the meantime: a reload shows the new one.
    if (hasAgreedToThis(context)) location.reload();
    else setAgreed(false);
  }

  async function takeNewPhoto(session: EventSession) {
    try {
      await session.retake();
      playAgain(session);
    } catch (error) {
      // Without a connection the button is there to be tried again.
      if (!refusalOf(error).isTransient) startOver();
    }
  }

  async function open() {
    const session =
      reopened.current ??
      new EventSession(context.backend, await startJourney(context), experienceId);
    latest.current = session;
    const { steps, isAtEnd, played } = session;
    if (isAtEnd) setEnded(session);
    return isAtEnd ? null : { session: played, steps, backend: session };
  }

  const latest = useRef<EventSession | null>(null);
  const redirects = ({ reason }: Refusal) => {
    if (reason === "consent_required") askForConsent();
    else if (reason === "request_id_reused") startOver();
    else return false;
    return true;
  };

  if (event.consent && !agreed) {
    const agree = ({ version }: ConsentText) => {
      beginAgain(context, version);
      setAgreed(true);
    };
    return (
      <Page phase="welcome">
        <Entrance venue={event} consent={event.consent} onAgree={agree} />
      </Page>
    );
  }
  if (ended) {
    return (
      <Page phase="share">
        <Result
          venue={event}
          backend={ended}
          session={ended.played}
          steps={ended.steps}
          onAgain={startOver}
          onNewPhoto={() => void takeNewPhoto(ended)}
        >
          <EraseVisit
            backend={context.backend}
            of={{ eventId: event.id }}
            entrance={location.pathname + location.search}
          />
        </Result>
      </Page>
    );
  }
  return (
    <Page phase="journey">
      <Player
        key={plays}
        venue={event}
        open={open}
        leave={() => {
          setEnded(latest.current);
          // If this fails, a reload shows the last step again.
          latest.current?.finish().catch(() => {});
        }}
        redirects={redirects}
        onStartAgain={startOver}
        onGiveUp={startOver}
      />
    </Page>
  );
}

interface EntranceProps {
  venue: Venue;
  consent: ConsentText;
  onAgree(consent: ConsentText): void;
}

function Entrance({ venue, consent, onAgree }: EntranceProps) {
  const [agreed, setAgreed] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const checkbox = useRef<HTMLInputElement>(null);

  function begin() {
    if (agreed) return onAgree(consent);
    setProblem(AGREE_FIRST);
    checkbox.current?.focus();
  }

  return (
    <>
      <Hero venue={venue} />
      <main class="welcome">
        <ConsentBox
          consent={consent}
          checkbox={checkbox}
          agreed={agreed}
          isMissing={problem !== null}
          onChange={(changed) => {
            setAgreed(changed);
            setProblem(null);
          }}
        />
        <Notice problem={problem} />
        <button class="button primary" type="button" data-testid="begin" onClick={begin}>
          {BEGIN}
        </button>
      </main>
    </>
  );
}
