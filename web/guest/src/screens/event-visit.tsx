/** An event's journey step by step, and the picture at the end. */

import { useRef, useState } from "preact/hooks";
import { clearEntry } from "../model/history.ts";
import { type Refusal, refusalOf } from "../model/refusals.ts";
import { EventSession } from "../model/sessions/event-session.ts";
import { beginAgain, type EventContext, hasAgreedToThis, keepJourney, startJourney } from "../model/visit.ts";
import { EraseVisit } from "../parts/erase.tsx";
import { Page } from "../parts/frame.tsx";
import { Player } from "./player.tsx";
import { Result } from "./result.tsx";

interface Props {
  context: EventContext;
  /** The experience of the page's address, for an event in which the guest picks none. */
  experienceId: string | null;
  onConsentRequired(): void;
}

export function EventVisit({ context, experienceId, onConsentRequired }: Props) {
  const { event } = context;
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
    else onConsentRequired();
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
    if (isAtEnd) return null;
    const keep = () => keepJourney(context, session.current);
    return { session: played, steps, backend: session, keep };
  }

  const latest = useRef<EventSession | null>(null);
  const redirects = ({ reason }: Refusal) => {
    if (reason === "consent_required") askForConsent();
    else if (reason === "request_id_reused") startOver();
    else return false;
    return true;
  };

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
            withPicture={ended.makesPicture}
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
