/** The page's own words, by locale. What a campaign says is in the campaign. */

import { LANGUAGES } from "./translations.ts";

export interface Words {
  title: string;
  text: string;
}

export interface Texts {
  demo: string;
  loading: string;
  mute: string;
  unmute: string;
  wheel: string;
  onWheel: string;
  noPrize: string;
  spin: string;
  spinning: string;
  slow: string;
  again: string;
  tryAgain: string;
  accept: string;
  acceptWithAge: string;
  terms: string;
  newTab: string;
  acceptFirst: string;
  stopped: string;
  won: string;
  lost: string;
  prize: string;
  code: string;
  exampleCode: string;
  keepCode: string;
  qr: string;
  copy: string;
  copied: string;
  next: string;
  noMore: string;
  problems: Record<string, Words> & Record<"unknown" | "not_open" | "closed", Words>;
}

const RIGHT_TO_LEFT = new Set(["ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"]);

export const TRANSLATED = Object.keys(LANGUAGES);

/** The texts for a locale such as `de-CH`. English for a language that the page does not have. */
export function textsOf(locale: string): Texts {
  const language = languageOf(locale);
  return (
    (Object.hasOwn(LANGUAGES, language) ? LANGUAGES[language] : undefined) ??
    (LANGUAGES.en as Texts)
  );
}

export function directionOf(locale: string): "rtl" | "ltr" {
  return RIGHT_TO_LEFT.has(languageOf(locale)) ? "rtl" : "ltr";
}

/** What is wrong in words. Reasons without words of their own get those of `unknown`. */
export function problemWords(texts: Texts, reason: string): Words {
  return (
    (Object.hasOwn(texts.problems, reason) && texts.problems[reason]) || texts.problems.unknown
  );
}

/** The text with what stands for each `{name}`. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  );
}

/** A point in time as this device's clock shows it, such as “Sunday, 29 November, 12:00”. */
export function timeText(at: number, locale: string): string {
  const style = { dateStyle: "full", timeStyle: "short" } as const;
  try {
    return new Intl.DateTimeFormat(locale, style).format(at);
  } catch {
    return new Intl.DateTimeFormat("en", style).format(at);
  }
}

function languageOf(locale: string): string {
  return locale.split(/[-_]/)[0]?.toLowerCase() ?? "";
}
