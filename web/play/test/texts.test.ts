import assert from "node:assert/strict";
import { test } from "node:test";
import {
  directionOf,
  fill,
  problemWords,
  textsOf,
  timeText,
  TRANSLATED,
} from "../src/model/texts.ts";

test("each language says all that English says, with the same blanks", () => {
  const blanks = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
  const english = flat(textsOf("en"));
  assert.deepEqual(TRANSLATED, ["en", "de", "es", "fr", "ar"]);
  for (const language of TRANSLATED) {
    const translated = flat(textsOf(language));
    assert.deepEqual([...translated.keys()], [...english.keys()], language);
    for (const [name, text] of translated) {
      assert.deepEqual(blanks(text), blanks(english.get(name) ?? ""), `${language}: ${name}`);
      assert.ok(language === "en" || text !== english.get(name), `${language}: ${name}`);
    }
  }
});

test("a locale finds its language, and others get English", () => {
  assert.equal(textsOf("de-CH"), textsOf("de"));
  assert.equal(textsOf("AR_eg"), textsOf("ar"));
  for (const other of ["nl", "", "constructor", "x"]) assert.equal(textsOf(other), textsOf("en"));
  assert.deepEqual(["ar-EG", "he", "en", "de"].map(directionOf), ["rtl", "rtl", "ltr", "ltr"]);
});

test("an unknown reason has words, and a blank without a value stays", () => {
  const texts = textsOf("en");
  assert.equal(problemWords(texts, "constructor"), texts.problems.unknown);
  assert.equal(problemWords(texts, "closed").title, "It is over");
  assert.equal(fill("{a} and {b}", { a: "{b}" }), "{b} and {b}");
});

test("times are in words, for any locale", () => {
  const at = Date.UTC(2026, 11, 24, 18, 30);
  assert.match(timeText(at, "en"), /December 2[45]/);
  assert.match(timeText(at, "ar"), /ديسمبر/);
  assert.equal(timeText(at, "no locale at all"), timeText(at, "en"));
});

function flat(value: object, path = ""): Map<string, string> {
  return new Map(
    Object.entries(value).flatMap(([name, inner]) =>
      typeof inner === "string"
        ? [[`${path}${name}`, inner] as const]
        : [...flat(inner as object, `${path}${name}.`)],
    ),
  );
}
