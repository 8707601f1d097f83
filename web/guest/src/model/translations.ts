/** What the people of a project have written, in the language of the visit as far as it is there. */

import { fallbacks, languageOf } from "./locale.ts";
import type { ConsentText, Step, Venue } from "./types.ts";

/** Texts by language, beside those that were authored. */
export type Translations<T> = Record<string, T> | null | undefined;

/** The labels that the server stores where nobody has written any. */
export const UNWRITTEN = { yes: "Yes", no: "No" };

interface Titled {
  name: string;
  translations?: Translations<{ title?: string }>;
}

/** A field in the language or the nearest that there is, or undefined. */
function translation<T, Key extends keyof T>(
  translations: Translations<T>,
  tag: string,
  field: Key,
): T[Key] | undefined {
  for (const each of fallbacks(tag)) {
    const found = translations && Object.hasOwn(translations, each) ? translations[each] : undefined;
    if (found?.[field]) return found[field];
  }
  return undefined;
}

/** The name of a project, an event or an experience. */
export function titleOf({ name, translations }: Titled, tag: string): string {
  return translation(translations, tag, "title") ?? name;
}

/**
 * The language of a text that is not translated, where the visit has another one: by it the text is
 * read out and hyphenated. WCAG 2.2, 3.1.2.
 */
export function foreignLanguage<T>(
  translations: Translations<T>,
  field: keyof T,
  tag: string,
  { locales }: Pick<Venue, "locales">,
): string | undefined {
  const own = locales?.[0];
  if (own === undefined || languageOf(own) === languageOf(tag)) return undefined;
  return translation(translations, tag, field) === undefined ? own : undefined;
}

/** The project or the event with its name and its consent in the language. */
export function translatedVenue<V extends Venue & { consent?: ConsentText | null }>(
  venue: V,
  tag: string,
): V {
  const text = translation(venue.translations, tag, "consent");
  const consent = venue.consent && text ? { consent: { ...venue.consent, text } } : {};
  return { ...venue, ...consent, name: titleOf(venue, tag) };
}

/** The step in the language. The values of its options stay what they are. */
export function translatedStep(step: Step, tag: string): Step {
  const { translations, config } = step;
  if (!translations) return step;
  const inLanguage = <T extends object>(texts: T, names: readonly (keyof T & keyof StepWords)[]): T => {
    const found = names.map((name) => [name, translation(translations, tag, name)] as const);
    return { ...texts, ...Object.fromEntries(found.filter(([, text]) => text !== undefined)) };
  };
  const shown = inLanguage(step, ["title", "description", "ctaLabel"]);
  if (!config) return shown;
  const texts = inLanguage(config, [
    ...(["placeholder", "yesLabel", "noLabel", "minLabel", "maxLabel", "messages"] as const),
  ]);
  const options = config.options?.map((option) => ({
    ...option,
    label: labelOf(option.value, translations, tag) ?? option.label,
  }));
  return { ...shown, config: options ? { ...texts, options } : texts };
}

/** An option may be translated into `de` alone where others are into `de-AT` too. */
function labelOf(
  value: string,
  translations: Translations<StepWords>,
  tag: string,
): string | undefined {
  for (const each of fallbacks(tag)) {
    const options = translations?.[each]?.options;
    if (options && Object.hasOwn(options, value)) return options[value];
  }
  return undefined;
}

/** What a step may say in another language, whatever its type. */
export interface StepWords {
  title?: string;
  description?: string;
  ctaLabel?: string;
  placeholder?: string;
  options?: Record<string, string>;
  yesLabel?: string;
  noLabel?: string;
  minLabel?: string;
  maxLabel?: string;
  messages?: string[];
}
