/** Fetching the words of a visit's language, and nothing of the others. */

import type { Words } from "../locales/en.ts";
import { chosenLocale, LANGUAGE_PARAMETER, type Locale, wantedTags } from "./locale.ts";
import { locale, setWords } from "./words.ts";

const FILES = import.meta.glob<Words>("../locales/*.ts", { import: "default" });
const LANGUAGES = Object.keys(FILES).map((path) => /(\w+)\.ts$/.exec(path)?.[1] ?? path);

/** Speak the language that suits the guest best, of those that are offered or of all. */
export async function speak(offered: readonly string[] = []): Promise<void> {
  const wanted = wantedTags(location.search, navigator.languages);
  await use(chosenLocale(wanted, offered, LANGUAGES));
}

/** Speak the language of this document, as the server chose it. */
export async function speakAsTheDocument(): Promise<void> {
  await use(chosenLocale([document.documentElement.lang], [], LANGUAGES));
}

/** Name the language in the address, and speak it. */
export async function changeLanguage(tag: string, offered: readonly string[]): Promise<void> {
  const address = new URL(location.href);
  address.searchParams.set(LANGUAGE_PARAMETER, tag);
  history.replaceState(history.state, "", address);
  await speak(offered);
}

let latest: Locale | null = null;

async function use(chosen: Locale): Promise<void> {
  latest = chosen;
  if (chosen.tag === locale()?.tag) return;
  const words = await FILES[`../locales/${chosen.words}.ts`]?.();
  if (chosen !== latest) return; // the guest has chosen another one meanwhile
  if (words === undefined) throw new Error(`no words in ${chosen.words}`);
  const { documentElement } = document;
  documentElement.lang = chosen.tag;
  documentElement.dir = words.direction;
  setWords(chosen, words);
}
