import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parseSync } from "vite";
import type { Words } from "../src/locales/en.ts";
import english from "../src/locales/en.ts";

const LANGUAGES = readdirSync("src/locales").map((file) => file.replace(".ts", ""));
const load = async (language: string): Promise<Words> =>
  (await import(`../src/locales/${language}.js`)).default;

type Forms = Record<string, string>;
type Leaf = string | Forms;

const isForms = (value: object): value is Forms => "other" in value;

/** The texts by their path, with the plural forms of one together. */
function leaves(value: object, path = ""): Map<string, Leaf> {
  const found = new Map<string, Leaf>();
  for (const [key, each] of Object.entries(value)) {
    const here = path ? `${path}.${key}` : key;
    if (typeof each === "string" || isForms(each)) found.set(here, each);
    else for (const [deeper, leaf] of leaves(each, here)) found.set(deeper, leaf);
  }
  return found;
}

const names = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
const formsOf = (leaf: Leaf): Forms => (typeof leaf === "string" ? { other: leaf } : leaf);

/** What is wrong with the words of a language. */
function mistakes(language: string, words: object): string[] {
  const found: string[] = [];
  const expected = leaves(english);
  const given = leaves(words);
  for (const path of expected.keys()) if (!given.has(path)) found.push(`${path} is missing`);
  for (const [path, leaf] of given) {
    const original = expected.get(path);
    if (original === undefined) {
      found.push(`${path} is unknown`);
      continue;
    }
    const rules = new Intl.PluralRules(language);
    const categories = typeof original === "string" ? ["other"] : rules.resolvedOptions().pluralCategories;
    const forms = formsOf(leaf);
    if (Object.keys(forms).sort().join() !== [...categories].sort().join())
      found.push(`${path} has the forms ${Object.keys(forms)}, not ${categories}`);
    for (const [category, text] of Object.entries(forms)) {
      if (text.trim() === "") found.push(`${path} is empty`);
      const wanted = names(formsOf(original).other ?? "");
      // A form for one number alone may say it in a word.
      const mayOmit = typeof original !== "string" && numbersOf(rules, category).length === 1;
      if (names(text).join() !== wanted.join() && !(mayOmit && names(text).length === 0))
        found.push(`${path}.${category} fills in ${names(text)}, not ${wanted}`);
      if (language !== "en" && text === formsOf(original).other && text.includes(" "))
        found.push(`${path} is in English`);
    }
  }
  return found;
}

function numbersOf(rules: Intl.PluralRules, category: string): number[] {
  return Array.from({ length: 200 }, (_, n) => n).filter((n) => rules.select(n) === category);
}

for (const language of LANGUAGES) {
  test(`the words of ${language} are complete, and fill in what the English ones do`, async () => {
    assert.deepEqual(mistakes(language, await load(language)), []);
  });

  test(`${language} is written in its direction`, async () => {
    const isRightToLeft = ["ar", "fa", "he", "ur"].includes(language);
    assert.equal((await load(language)).direction, isRightToLeft ? "rtl" : "ltr");
  });
}

test("what is wrong with a language is found", () => {
  const german = { ...english, welcome: { ...english.welcome, begin: "" } };
  const { share: _, ...keeping } = english.keeping;
  const consent = { ...english.consent, agreeWithAge: { other: "{age} Jahre" } };
  const found = mistakes("de", { ...german, keeping, consent, more: "Mehr" });
  for (const mistake of [
    "welcome.begin is empty",
    "keeping.share is missing",
    "consent.agreeWithAge has the forms other, not one,other",
    "consent.agreeWithAge.other fills in {age}, not {count}",
    "more is unknown",
    "step.previous is in English",
  ]) {
    assert.ok(found.includes(mistake), mistake);
  }
});

test("words that lack a key do not compile", () => {
  type Incomplete = Omit<Words, "erasing">;
  const incomplete: Incomplete = english;
  // @ts-expect-error
  void (incomplete satisfies Words);
});

// Attributes that are read out or shown.
const SPOKEN = new Set(["aria-label", "aria-valuetext", "aria-description", "alt", "title", "placeholder"]);
const SENTENCE = /[A-Za-z]{2,},? [a-z]{2,}|[A-Za-z]{3,}[.!?…]$/;
/** Of a label, which only markup has. */
const WORD = /^[A-Z][a-z]+$/;
const NETWORKS = ["Instagram", "Facebook", "Snapchat"];

interface Node {
  type: string;
  [key: string]: unknown;
}

/** The texts for guests that a source has in itself. */
function bareTexts(source: string, isMarkup = true): string[] {
  const found: string[] = [];
  function visit(node: Node): void {
    const { type } = node;
    if (type === "JSXText" && /\p{L}/u.test(String(node.value))) found.push(String(node.value).trim());
    if (type === "JSXAttribute") {
      const { name, value } = node as { name?: { name?: string }; value?: Node };
      if (name?.name === "class") return;
      if (SPOKEN.has(name?.name ?? "") && typeof value?.value === "string" && value.value !== "")
        return void found.push(value.value);
    }
    // What developers read, and what CSS and modules are named.
    if (type === "NewExpression" && /Error$/.test(String((node.callee as Node).name))) return;
    if (type.startsWith("Import") || type === "TSLiteralType") return;
    const { property } = (node.callee ?? {}) as { property?: { name?: string } };
    if (property?.name?.startsWith("querySelector")) return;
    const text = type === "TemplateElement" ? (node.value as { cooked: string }).cooked : node.value;
    if ((type === "Literal" || type === "TemplateElement") && typeof text === "string")
      if (SENTENCE.test(text) || (isMarkup && WORD.test(text) && !NETWORKS.includes(text)))
        found.push(text);
    for (const each of Object.values(node).flat()) {
      if (typeof each === "object" && each !== null && "type" in each) visit(each as Node);
    }
  }
  visit(parseSync("source.tsx", source).program as unknown as Node);
  return found;
}

test("no component has words of its own", () => {
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" }).filter(
    (file) => /\.tsx?$/.test(file) && !file.startsWith("locales/"),
  );
  assert.ok(sources.length > 40);
  for (const file of sources) {
    assert.deepEqual(bareTexts(readFileSync(`src/${file}`, "utf8"), file.endsWith("x")), [], file);
  }
});

test("bare words are found wherever they stand", () => {
  const source = `
    const said = "Please try again.";
    const name = (n: number) => \`Step \${n} of \${n}\`;
    const more = <p class="button primary" aria-label="Camera">Saved <b>{"one moment"}</b> {done ? "Done" : null}</p>;
    throw new Error("not for guests");`;
  assert.deepEqual(bareTexts(source), ["Please try again.", "Camera", "Saved", "one moment", "Done"]);
});
