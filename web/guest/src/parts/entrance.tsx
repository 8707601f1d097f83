/** What a guest sees before anything else: where they are, and what they must agree to. */

import type { RefObject } from "preact";
import { foreignLanguage } from "../model/translations.ts";
import type { ConsentText, Venue } from "../model/types.ts";
import { counted, currentTag, words } from "../model/words.ts";
import { Brand } from "./frame.tsx";
import { InAppNotice } from "./in-app.tsx";
import { LanguageChoice } from "./language-choice.tsx";

export function Hero({ venue }: { venue: Venue }) {
  return (
    <>
      <header class="hero">
        <div class="hero-light" aria-hidden="true" />
        <LanguageChoice locales={venue.locales} />
        <div class="hero-text">
          {venue.theme?.logoUrl ? <Brand venue={venue} /> : null}
          <p class="eyebrow">{words().welcome.eyebrow}</p>
          <h1 dir="auto" lang={foreignLanguage(venue.translations, "title", currentTag(), venue)}>
            {venue.name}
          </h1>
        </div>
      </header>
      <InAppNotice />
    </>
  );
}

interface ConsentProps {
  consent: ConsentText;
  checkbox: RefObject<HTMLInputElement | null>;
  agreed: boolean;
  /** Whether the notice says that it is missing. */
  isMissing: boolean;
  onChange(agreed: boolean): void;
}

export function ConsentBox({ consent, checkbox, agreed, isMissing, onChange }: ConsentProps) {
  const { agree, agreeWithAge } = words().consent;
  return (
    <div class="consent">
      <p dir="auto">{consent.text}</p>
      <label class="check">
        <input
          ref={checkbox}
          type="checkbox"
          data-testid="consent"
          checked={agreed}
          aria-describedby={isMissing ? "problem" : undefined}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
        <span>
          {consent.minimumAge ? counted(agreeWithAge, consent.minimumAge) : agree}
        </span>
      </label>
    </div>
  );
}

/** Why the guest is not led on. */
export function Notice({ problem }: { problem: string | null }) {
  return (
    <p id="problem" class="notice" role="alert" data-testid="notice" hidden={!problem}>
      {problem}
    </p>
  );
}
