/** What a guest accepts before the first play: the terms, and an age if the campaign has one. */

import type { Ref } from "preact";
import type { Terms as CampaignTerms } from "../model/campaign.ts";
import type { Game } from "../model/machine.ts";
import { fill, type Texts } from "../model/texts.ts";

interface Props {
  terms: CampaignTerms;
  texts: Texts;
  game: Game;
  /** Whether nothing is left to play. Then the terms can still be read. */
  isOver: boolean;
  inputRef: Ref<HTMLInputElement>;
  onAccept: (accepted: boolean) => void;
}

export function Terms({ terms, texts, game, isOver, inputRef, onAccept }: Props) {
  if (isOver) return terms.url && <TermsLink url={terms.url} texts={texts} />;
  const sentence = terms.minimumAge > 0 ? texts.acceptWithAge : texts.accept;
  const [before = "", after = ""] = fill(sentence, { age: terms.minimumAge }).split("{terms}");
  return (
    <div class="terms">
      <label>
        <input
          type="checkbox"
          data-testid="accept"
          ref={inputRef}
          checked={game.accepted}
          disabled={game.phase === "asking" || game.phase === "landing"}
          aria-describedby={game.reminded ? "accept-first" : undefined}
          aria-invalid={game.reminded}
          onChange={(event) => onAccept(event.currentTarget.checked)}
        />
        <span>
          {before}
          {terms.url ? <TermsLink url={terms.url} texts={texts} /> : texts.terms}
          {after}
        </span>
      </label>
      {game.reminded && (
        <p class="bad" id="accept-first" role="alert" data-testid="accept-first">
          {texts.acceptFirst}
        </p>
      )}
    </div>
  );
}

function TermsLink({ url, texts }: { url: string; texts: Texts }) {
  return (
    <a class="terms-link" href={url} target="_blank" rel="noopener noreferrer">
      {texts.terms}
      <span class="sr-only"> ({texts.newTab})</span>
    </a>
  );
}
