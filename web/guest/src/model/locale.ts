/**
 * The language of a visit: chosen by the address, then by the browser, then the project's own.
 *
 * A tag is BCP 47's, as `de` or `de-AT`. Source of the lookup: RFC 4647, section 3.4.
 */

import { withSameParameter } from "./routes.ts";

/** What a guest reads and what their numbers look like. */
export interface Locale {
  /** Of the guest where they ask for a region or a script of a language that is offered. */
  tag: string;
  /** The language of the page's words, one of the files in `locales/`. */
  words: string;
}

/** The parameter of an address that names a language. It stays through a visit. */
export const LANGUAGE_PARAMETER = "lang";

/** The page's language where it has none that the guest or the project names. */
const DEFAULT = "en";

/** The languages that a guest asks for, the most wanted one first. */
export function wantedTags(search: string, languages: readonly string[]): string[] {
  // Many write `de_DE` by hand, as POSIX does.
  const named = new URLSearchParams(search).get(LANGUAGE_PARAMETER)?.replaceAll("_", "-");
  return [...(named === undefined ? [] : [named]), ...languages].flatMap((tag) => canonical(tag) ?? []);
}

/**
 * The locale of a visit. `offered` are the project's languages, with its own one first; none are all
 * that the page has words for.
 */
export function chosenLocale(
  wanted: readonly string[],
  offered: readonly string[],
  languages: readonly string[],
): Locale {
  const hasWords = (tag: string) => languages.includes(languageOf(tag));
  const known = offered.flatMap((tag) => canonical(tag) ?? []).filter(hasWords);
  const tags = known.length > 0 ? known : languages;
  const own = known[0] ?? (languages.includes(DEFAULT) ? DEFAULT : (languages[0] ?? DEFAULT));
  for (const tag of wanted) {
    // `de-AT` is served by `de`, and keeps its own name, dates and numbers.
    if (fallbacks(tag).some((each) => tags.includes(each))) return localeOf(tag);
    const sameLanguage = tags.find((each) => languageOf(each) === languageOf(tag));
    if (sameLanguage !== undefined) return localeOf(sameLanguage);
  }
  return localeOf(own);
}

/** The tag and the less and less particular ones after it: `de-Latn-AT`, `de-Latn`, `de`. */
export function fallbacks(tag: string): string[] {
  const parts = tag.split("-");
  const shorter = parts.map((_, index) => parts.slice(0, parts.length - index));
  // An extension without its content is no tag.
  return shorter.filter((each) => (each.at(-1) ?? "").length > 1).map((each) => each.join("-"));
}

/** An address of this site that names the same language as the page's own address. */
export function inSameLanguage(address: string, search: string): string {
  return withSameParameter(LANGUAGE_PARAMETER, address, search);
}

/** The name of a language in itself, as “Deutsch”. */
export function nameOf(tag: string): string {
  const name = new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
  return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
}

function localeOf(tag: string): Locale {
  return { tag, words: languageOf(tag) };
}

export function languageOf(tag: string): string {
  return tag.split("-")[0] ?? tag;
}

/** The tag in its usual form, or null for what is none. */
function canonical(tag: string): string | null {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null;
  } catch {
    return null;
  }
}
