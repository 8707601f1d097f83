/** A choice among the languages of a project or an event. */

import { changeLanguage } from "../model/language.ts";
import { nameOf } from "../model/locale.ts";
import { locale, words } from "../model/words.ts";

/** Each language is named in itself. The page changes at once, and the address names the language. */
export function LanguageChoice({ locales = [] }: { locales: string[] | undefined }) {
  if (locales.length < 2) return null;
  const current = locale()?.tag;
  const chosen = locales.find((tag) => tag === current) ?? locale()?.words;
  return (
    <label class="language">
      <span class="sr-only">{words().page.language}</span>
      <select
        class="pill"
        data-testid="language"
        value={chosen}
        onChange={(event) => void changeLanguage(event.currentTarget.value, locales).catch(() => {})}
      >
        {locales.map((tag) => (
          <option key={tag} value={tag} lang={tag}>
            {nameOf(tag)}
          </option>
        ))}
      </select>
    </label>
  );
}
