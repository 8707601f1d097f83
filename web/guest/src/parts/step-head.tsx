/** What every step has: a title, and a description and media if its author gave them. */

import { foreignLanguage } from "../model/translations.ts";
import type { Step, Venue } from "../model/types.ts";
import { currentTag, words } from "../model/words.ts";
import { Heading } from "./frame.tsx";
import { Icon } from "./icons.tsx";
import { StepMedia } from "./media.tsx";

interface Props {
  step: Step;
  /** Whose step it is; null if the words are the page's own. */
  venue: Venue | null;
  /** Whether the session makes a picture: without one nothing here speaks of it. */
  makesPicture: boolean;
}

export function StepHead({ step, venue, makesPicture }: Props) {
  const isAuthored = venue !== null && step.title;
  const lang = isAuthored
    ? foreignLanguage(step.translations, "title", currentTag(), venue)
    : undefined;
  return (
    <div class="step-head">
      {step.type === "info" && !step.mediaUrl ? (
        <span class="emblem" aria-hidden="true">
          <Icon name="spark" />
        </span>
      ) : null}
      <div class="step-text" lang={lang}>
        <Heading of={step.id}>{step.title || fallbackTitle(step, makesPicture)}</Heading>
        {step.description ? <p class="lead" dir="auto">{step.description}</p> : null}
      </div>
      <StepMedia step={step} />
    </div>
  );
}

function fallbackTitle({ type }: Step, makesPicture: boolean): string {
  const { stepTitles, step, result, welcome } = words();
  const withoutPicture: Partial<Record<string, string>> = {
    processing: step.oneMoment,
    reward: result.none,
    "experience-picker": welcome.choose,
  };
  const titles: Partial<Record<string, string>> = stepTitles;
  return (makesPicture ? undefined : withoutPicture[type]) ?? titles[type] ?? stepTitles.question;
}
