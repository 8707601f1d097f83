import assert from "node:assert/strict";
import { test } from "node:test";
import { foreignLanguage, titleOf, translatedStep, translatedVenue } from "../src/model/translations.ts";
import type { Step } from "../src/model/types.ts";

const DRINKS: Step = {
  id: "drinks",
  type: "multiple_choice",
  title: "Thirsty?",
  description: "One each.",
  ctaLabel: "Order",
  config: {
    placeholder: "",
    options: [
      { label: "Water", value: "water" },
      { label: "Juice", value: "juice" },
    ],
  },
  translations: {
    de: { title: "Durst?", options: { water: "Wasser", juice: "Saft" } },
    "de-AT": { title: "Durscht?", options: { juice: "Safterl" } },
  },
};

const shown = ({ title, description, config }: Step) => [
  title,
  description,
  ...(config?.options ?? []).map(({ label, value }) => `${value}: ${label}`),
];

test("each text of a step is the nearest to the language, and a value stays what it is", () => {
  assert.deepEqual(shown(translatedStep(DRINKS, "de-AT")), [
    ...["Durscht?", "One each.", "water: Wasser", "juice: Safterl"],
  ]);
  assert.deepEqual(shown(translatedStep(DRINKS, "de-CH")), [
    ...["Durst?", "One each.", "water: Wasser", "juice: Saft"],
  ]);
  assert.deepEqual(translatedStep(DRINKS, "fr"), DRINKS);
});

test("the texts of every type of step are translated", () => {
  const translations = {
    ar: { placeholder: "p", yesLabel: "y", noLabel: "n", minLabel: "a", maxLabel: "z", messages: ["m"] },
  };
  const config = { variable: "v", required: true, maxLength: 9 };
  const { config: translated } = translatedStep({ id: "s", type: "x", config, translations }, "ar");
  assert.deepEqual(translated, { ...config, ...translations.ar });
});

test("what is no translation leaves what was authored", () => {
  for (const translations of [undefined, null, {}, { de: {} }, { de: { title: "" } }]) {
    const step: Step = { id: "s", type: "info", title: "Hello", ...(translations === undefined ? {} : { translations }) };
    assert.equal(translatedStep(step, "de").title, "Hello");
  }
  assert.equal(titleOf({ name: "Booth", translations: { de: { title: "Kabine" } } }, "constructor"), "Booth");
});

test("a project has its name and its consent in the language", () => {
  const consent = { version: "1", text: "Be nice.", minimumAge: 16 };
  const translations = { de: { title: "Sommernacht", consent: "Sei nett." }, fr: { title: "Nuit" } };
  const venue = { name: "Summer night", consent, translations };
  assert.deepEqual(translatedVenue(venue, "de-AT"), {
    ...venue,
    name: "Sommernacht",
    consent: { ...consent, text: "Sei nett." },
  });
  assert.deepEqual(translatedVenue(venue, "fr"), { ...venue, name: "Nuit" });
  assert.deepEqual(translatedVenue({ ...venue, consent: null }, "de").consent, null);
});

test("a text in another language than the visit says which", () => {
  const translations = { de: { title: "Sommernacht" } };
  const language = (tag: string, locales?: string[]) =>
    foreignLanguage(translations, "title", tag, locales ? { locales } : {});
  assert.equal(language("fr", ["en-GB", "fr"]), "en-GB");
  assert.equal(language("de-AT", ["en", "de"]), undefined);
  assert.equal(language("en-US", ["en-GB"]), undefined);
  assert.equal(language("fr"), undefined, "nobody says in which it is written");
});
