import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { contrastOf, fontOf, type Mode, type Palette, paletteOf, pictureUrl } from "../src/model/theme.ts";

const MODES: Mode[] = ["light", "dark"];

type Name = keyof Palette;

/** What is drawn on what: texts need 4.5, controls, progress and focus 3. */
const TEXTS: [Name, Name[]][] = [
  ["onBrand", ["brand", "brandDeep"]],
  ["brandInk", ["page", "surface", "soft"]],
  ["ink", ["page", "surface", "soft", "line"]],
  ["inkSoft", ["page", "surface", "soft"]],
  ["bad", ["page", "surface", "badSoft"]],
  ["good", ["page", "surface"]],
];
const CONTROLS: [Name, Name[]][] = [
  ["mark", ["page", "surface", "soft", "line"]],
  ["edge", ["page", "surface", "soft"]],
  ["bad", ["page", "surface"]],
];

/** Every part of the cube of colours, and the greys between black and white. */
function* colours(): Generator<string> {
  const steps = ["00", "33", "66", "7a", "99", "cc", "e6", "ff"];
  for (const r of steps) for (const g of steps) for (const b of steps) yield `#${r}${g}${b}`;
  for (let grey = 0; grey < 256; grey += 5) {
    const [even, odd] = [grey, Math.min(255, grey + 3)].map((each) => each.toString(16).padStart(2, "0"));
    yield `#${even}${even}${even}`;
    yield `#${even}${odd}${even}`;
  }
  yield* ["#ffd400", "#ffff00", "#fffbe6", "#4a3aff", "#0b0b0f", "#777777"];
}

test("texts, controls and progress show in every colour that a project can choose", () => {
  for (const mode of MODES) {
    for (const primaryColor of colours()) {
      const palette = paletteOf({ primaryColor }, mode);
      const check = (least: number) => ([name, backgrounds]: [Name, Name[]]) => {
        for (const behind of backgrounds) {
          const found = contrastOf(palette[name], palette[behind]);
          assert.ok(found >= least, `${name} on ${behind} of ${primaryColor}, ${mode}: ${found}`);
        }
      };
      TEXTS.forEach(check(4.5));
      CONTROLS.forEach(check(3));
    }
  }
});

test("a dark page is dark, and a light one light, in every colour", () => {
  for (const primaryColor of colours()) {
    assert.ok(contrastOf(paletteOf({ primaryColor }, "light").page, "#ffffff") < 1.2);
    assert.ok(contrastOf(paletteOf({ primaryColor }, "dark").page, "#000000") < 1.3);
  }
});

test("until a theme is known the styles have the page's own colours", () => {
  const [light = "", dark = ""] = readFileSync("src/styles/base.css", "utf8").split(
    "@media (prefers-color-scheme: dark)",
  );
  const styles = { light: light.slice(light.indexOf(":root")), dark: dark.slice(0, dark.indexOf("}")) };
  for (const mode of MODES) {
    for (const [name, colour] of Object.entries(paletteOf(null, mode))) {
      const property = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      const [, found = "none"] = new RegExp(`${property}: (#[0-9a-f]{6});`).exec(styles[mode]) ?? [];
      assert.equal(found, colour, `${property}, ${mode}`);
    }
  }
});

test("a readable colour of the project is left unchanged", () => {
  assert.equal(paletteOf({ primaryColor: "#5b3df5" }).brand, "#5b3df5");
  assert.equal(paletteOf({ primaryColor: "#FFD400" }).brand, "#ffd400");
});

test("an invalid colour, font or address is not used", () => {
  const own = paletteOf(null);
  for (const primaryColor of ["red", "#fff", "#12345g", "#123456;--x:1", 7, {}]) {
    assert.deepEqual(paletteOf({ primaryColor }), own);
  }
  assert.equal(fontOf({ fontFamily: "Open Sans" }), "Open Sans");
  for (const fontFamily of ['x";}', "url(https://x)", "a,b", "", 3]) {
    assert.equal(fontOf({ fontFamily }), null);
  }
  assert.equal(pictureUrl("https://example.com/logo.png"), "https://example.com/logo.png");
  assert.equal(pictureUrl("http://127.0.0.1:9199/x"), "http://127.0.0.1:9199/x");
  for (const address of ["javascript:alert(1)", "http://example.com/x", "data:x", "", null, 1]) {
    assert.equal(pictureUrl(address), null);
  }
});
