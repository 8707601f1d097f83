import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";
import arabic from "../src/locales/ar.ts";
import german from "../src/locales/de.ts";
import english from "../src/locales/en.ts";
import { chosenLocale, fallbacks, inSameLanguage, nameOf, wantedTags } from "../src/model/locale.ts";
import {
  answerWords,
  captureWords,
  comeBack,
  filled,
  formatted,
  limitWords,
  pieces,
  problemWords,
  setWords,
} from "../src/model/words.ts";

interface Vector {
  wanted: string[];
  offered: string[];
  chosen: string;
}

const VECTORS: Vector[] = JSON.parse(readFileSync("test/locale-vectors.json", "utf8"));
const PAGE = ["ar", "de", "en", "es", "fr"];
const tag = (wanted: string[], offered: string[] = []) => chosenLocale(wanted, offered, PAGE).tag;
const speak = (tag: string, words: typeof english) => setWords({ tag, words: tag }, words);

beforeEach(() => speak("en", english));

test("the address decides, then the browser, then the project", () => {
  assert.deepEqual(wantedTags("?lang=fr", ["de-AT", "en"]), ["fr", "de-AT", "en"]);
  assert.deepEqual(wantedTags("?lang=de_AT", []), ["de-AT"]);
  assert.deepEqual(wantedTags("", ["DE-at"]), ["de-AT"]);
  assert.deepEqual(chosenLocale(["de-AT"], ["de"], PAGE), { tag: "de-AT", words: "de" });
});

// The server chooses by the same rule (functions/experience/locales/choice.py), which has the same cases.
for (const { wanted, offered, chosen } of VECTORS) {
  test(`who asks for ${wanted} of ${offered} gets ${chosen}`, () => {
    assert.equal(tag(wantedTags("", wanted), offered), chosen);
  });
}

test("what is no language is passed over", () => {
  for (const search of ["?lang=", "?lang=%3Cscript%3E", "?lang=no+tag", "?language=fr"]) {
    assert.deepEqual(wantedTags(search, ["de"]), ["de"], search);
  }
  assert.equal(tag(["de"], ["no tag at all", "de"]), "de");
});

test("a tag falls back by its parts", () => {
  assert.deepEqual(fallbacks("de-AT"), ["de-AT", "de"]);
  assert.deepEqual(fallbacks("zh-Hant-TW"), ["zh-Hant-TW", "zh-Hant", "zh"]);
  assert.deepEqual(fallbacks("ar-u-nu-latn"), ["ar-u-nu-latn", "ar-u-nu", "ar"]);
});

test("a language is named in itself", () => {
  assert.deepEqual(PAGE.map(nameOf), ["العربية", "Deutsch", "English", "Español", "Français"]);
});

test("an address names the language of the one before", () => {
  assert.equal(inSameLanguage("/p", ""), "/p");
  assert.equal(inSameLanguage("/p", "?lang=ar"), "/p?lang=ar");
  assert.equal(inSameLanguage("/p/share?session=s", "?x=1&lang=ar"), "/p/share?session=s&lang=ar");
});

test("counts take the form and the digits of the language", () => {
  const minutes = (wait: number) => comeBack(wait * 60);
  assert.equal(minutes(20), "Try again in about 20 minutes.");
  assert.equal(minutes(1), "Try again in a minute.");
  assert.equal(minutes(120), "Try again in about 2 hours.");
  assert.equal(comeBack(null), "Please come back tomorrow.");
  speak("de", german);
  assert.equal(minutes(20), "Versuche es in etwa 20 Minuten noch einmal.");
  speak("ar-EG", arabic);
  assert.equal(minutes(2), "يُرجى المحاولة بعد نحو دقيقتين.");
  assert.equal(minutes(5), "يُرجى المحاولة بعد نحو ٥ دقائق.");
  assert.equal(minutes(20), "يُرجى المحاولة بعد نحو ٢٠ دقيقة.");
});

test("numbers and sizes are written as the language writes them", () => {
  speak("de", german);
  assert.equal(formatted(1234.5), "1.234,5");
  assert.equal(formatted(0.5, { style: "percent" }), "50\u00a0%");
  assert.equal(captureWords("too_large"), "Dieses Foto ist zu groß. Bitte wähle eines mit höchstens 20 MB.");
  assert.match(captureWords("video_too_large"), /200 MB/);
  assert.match(captureWords("upload_too_many_pixels"), /50 Megapixel/);
  assert.equal(
    answerWords({ reason: "tooLong", maxLength: 2000 }),
    "Bitte verwende höchstens 2.000 Zeichen.",
  );
});

test("a reason without words of its own has those of an unknown one", () => {
  assert.equal(problemWords("constructor"), english.problems.unknown);
  assert.equal(captureWords("hologram"), english.captureProblems.unknown);
  assert.equal(limitWords("daily_limit_reached", null).title, english.limits.day.title);
});

test("names are filled in as they are", () => {
  assert.equal(filled("From {name}", { name: "{name} & $&" }), "From {name} & $&");
  assert.deepEqual(pieces("a {name}."), ["a ", { name: "name" }, "."]);
});
