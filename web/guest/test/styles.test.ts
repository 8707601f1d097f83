import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const SIDES = "left|right|top|bottom";
const PHYSICAL = [
  new RegExp(`^(margin|padding|border|inset|scroll-margin|scroll-padding)-(${SIDES})\\b.*:`),
  new RegExp(`^(${SIDES}):`),
  /^border-(top|bottom)-(left|right)-radius:/,
  /^(text-align|float|clear): (left|right)\b/,
  // A translation to a side turns with the script, by a factor of `--forward`.
  /translate(X|3d)?\((?!calc\(var\(--forward\)|0\b|-50%|50%)[^)]/,
];

/** The values of a declaration, of which one in parentheses is one. */
function valuesOf(declaration: string): string[] {
  const value = declaration.slice(declaration.indexOf(":") + 1).replace(";", "").trim();
  return value.match(/(?:[^\s(]+\((?:[^()]|\([^()]*\))*\)|[^\s]+)/g) ?? [];
}

/** Declarations that name a side of the screen, where they should name one of the line. */
function physical(css: string): string[] {
  const lines = css.split("\n").map((line) => line.trim());
  return lines.filter((line) => {
    if (PHYSICAL.some((pattern) => pattern.test(line))) return true;
    if (!/^(margin|padding|inset|border-width|scroll-padding):/.test(line)) return false;
    const [, right, , left] = valuesOf(line);
    return left !== undefined && left !== right;
  });
}

for (const file of readdirSync("src/styles")) {
  test(`${file} suits scripts from the right`, () => {
    assert.deepEqual(physical(readFileSync(`src/styles/${file}`, "utf8")), []);
  });
}

test("what names a side of the screen is found", () => {
  const wrong = [
    "margin-left: 1rem;",
    "padding-top: 1rem;",
    "border-right-color: red;",
    "right: 0;",
    "border-top-left-radius: 1rem;",
    "text-align: right;",
    "transform: translateX(-100%);",
    "padding: 1px 2px 3px 4px;",
  ];
  const right = [
    "margin-inline-start: 1rem;",
    "inset-block-end: 0;",
    "text-align: center;",
    "transform: translateX(calc(var(--forward) * 1rem));",
    "padding: max(0.5rem, env(safe-area-inset-top)) 0.75rem 0.75rem;",
    "padding: 1px 2px 3px 2px;",
    "inset: auto 0 0;",
  ];
  assert.deepEqual(physical([...wrong, ...right].map((line) => `  ${line}`).join("\n")), wrong);
});
