import assert from "node:assert/strict";
import { test } from "node:test";
import { contrastOf, fontOf, paletteOf, pictureUrl } from "../src/model/theme.ts";

test("text is readable in every colour that a project can choose", () => {
  const steps = ["00", "33", "66", "7a", "99", "cc", "ff"];
  for (const r of steps) {
    for (const g of steps) {
      for (const b of steps) {
        const primaryColor = `#${r}${g}${b}`;
        const palette = paletteOf({ primaryColor });
        const { brand, onBrand, brandInk, brandDeep, page, soft } = palette;
        const pairs = [
          [onBrand, brand],
          [onBrand, brandDeep],
          [brandInk, page],
          [brandInk, soft],
          [brandInk, "#ffffff"],
          ["#171522", soft],
          ["#5a566b", page],
          ["#b3142c", page],
        ] as const;
        for (const [text, behind] of pairs) {
          const contrast = contrastOf(text, behind);
          assert.ok(contrast >= 4.5, `${text} on ${behind} of ${primaryColor}: ${contrast}`);
        }
      }
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
