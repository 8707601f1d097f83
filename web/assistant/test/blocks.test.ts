import assert from "node:assert/strict";
import { test } from "node:test";
import { blocksOf, plainOf } from "../src/model/blocks.ts";

const kinds = (text: string) => blocksOf(text).map(({ kind }) => kind);

test("blank lines part paragraphs, and single ones stay in them", () => {
  assert.deepEqual(blocksOf("one\ntwo\r\n\n\nthree "), [
    { kind: "paragraph", spans: [{ kind: "text", text: "one\ntwo" }] },
    { kind: "paragraph", spans: [{ kind: "text", text: "three" }] },
  ]);
  assert.deepEqual(blocksOf(" \n "), []);
});

test("lists keep their numbers, and the other kind of list is another list", () => {
  const [text, numbered, bullets] = blocksOf("Two:\n3. a\n4) **b** c\n- d\n* e");
  assert.equal(text?.kind, "paragraph");
  assert.deepEqual(numbered, {
    kind: "list",
    ordered: true,
    start: 3,
    items: [
      [{ kind: "text", text: "a" }],
      [
        { kind: "strong", text: "b" },
        { kind: "text", text: " c" },
      ],
    ],
  });
  assert.equal(bullets?.kind === "list" && bullets.items.length, 2);
});

test("items with blank lines between them are one list", () => {
  assert.deepEqual(kinds("1. a\n\n2. b"), ["list"]);
});

test("code is left alone, also while its end is not there yet", () => {
  const code = { kind: "code", text: "- **x**\n\n# y" };
  assert.deepEqual(blocksOf("```json\n- **x**\n\n# y\n```"), [code]);
  assert.deepEqual(blocksOf("````\n- **x**\n\n# y"), [code]);
  assert.deepEqual(kinds("~~~\n```\n~~~\nafter"), ["code", "paragraph"]);
});

test("links, pictures and markup stay text", () => {
  for (const text of [
    "![x](https://evil.example/?q=secret)",
    "[click](https://evil.example)",
    "<img src=https://evil.example/x.png onerror=alert(1)>",
    "<script>alert(1)</script>",
    "https://evil.example",
    "[ref]: https://evil.example",
  ]) {
    assert.deepEqual(blocksOf(text), [{ kind: "paragraph", spans: [{ kind: "text", text }] }]);
    assert.equal(plainOf(text), text);
  }
});

test("what is read aloud has no marks", () => {
  assert.equal(plainOf("# Hi\n\n**a** `b`\n- c\n```\nd\n```"), "Hi\na b\nc\nd");
});

test("marks without their end stay as they are", () => {
  assert.equal(plainOf("a ** b ` c"), "a ** b ` c");
  assert.deepEqual(kinds("2026 was\n#tag"), ["paragraph"]);
});

test("a long text of marks is read in time", () => {
  const began = Date.now();
  for (const mark of ["*", "`", "#", "- ", "1. ", "\n", "**a", "~~~\n"]) blocksOf(mark.repeat(30_000));
  assert.ok(Date.now() - began < 3000);
});

test("no line takes longer to read than it is long", () => {
  const gap = " ".repeat(30_000);
  const hostile = [`# a${gap}x`, `#${gap}a\u2028x`, `# a${gap}\u2028x`, `- ${gap}a\u2028x`, `# ${"#".repeat(30_000)}x`];
  const begun = performance.now();
  for (const line of hostile) assert.equal(blocksOf(line).length, 1);
  assert.ok(performance.now() - begun < 2000, "a pattern tries each space anew");
  assert.deepEqual(blocksOf("## Two words ##  "), [
    { kind: "heading", spans: [{ kind: "text", text: "Two words" }] },
  ]);
});
