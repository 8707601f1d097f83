/** An event: its consent, then what its guest plays. */

import { useRef, useState } from "preact/hooks";
import type { ConsentText, Venue } from "../model/types.ts";
import { beginAgain, type EventContext, hasAgreed } from "../model/visit.ts";
import { words } from "../model/words.ts";
import { ConsentBox, Hero, Notice } from "../parts/entrance.tsx";
import { Page } from "../parts/frame.tsx";
import { AfterWelcome, usePrefetch } from "./later.tsx";

interface Props {
  context: EventContext;
  /** The experience of the page's address, for an event in which the guest picks none. */
  experienceId: string | null;
}

export function EventScreen({ context, experienceId }: Props) {
  const { event } = context;
  const [agreed, setAgreed] = useState(() => hasAgreed(context));
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
  return (
    <AfterWelcome>
      {({ EventVisit }) => (
        <EventVisit
          context={context}
          experienceId={experienceId}
          onConsentRequired={() => setAgreed(false)}
        />
      )}
    </AfterWelcome>
  );
}

interface EntranceProps {
  venue: Venue;
  consent: ConsentText;
  onAgree(consent: ConsentText): void;
}

function Entrance({ venue, consent, onAgree }: EntranceProps) {
  const [agreed, setAgreed] = useState(false);
  const [isMissing, setMissing] = useState(false);
  const checkbox = useRef<HTMLInputElement>(null);
  usePrefetch();

  function begin() {
    if (agreed) return onAgree(consent);
    setMissing(true);
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
          isMissing={isMissing}
          onChange={(changed) => {
            setAgreed(changed);
            setMissing(false);
          }}
        />
        <Notice problem={isMissing ? words().consent.beginAfter : null} />
        <button class="button primary" type="button" data-testid="begin" onClick={begin}>
          {words().welcome.begin}
        </button>
      </main>
    </>
  );
}
