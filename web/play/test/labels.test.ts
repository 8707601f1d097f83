import assert from "node:assert/strict";
import { test } from "node:test";
import { breakLines, HUB, layoutLabel, RADIUS } from "../src/model/labels.ts";

/** Each letter as wide as an average one. */
const measure = (text: string) => 0.55 * text.length;
const LONG = "A weekend for two in the mountains, with breakfast and a sled";
const ARABIC = "عطلة نهاية أسبوع لشخصين في الجبال مع الإفطار والعشاء مجاناً";

test("every label of every wheel is inside its segment, legible, and does not overlap itself", () => {
  for (let count = 2; count <= 24; count++) {
    for (const text of ["Tea", "Free coffee", "20 % off everything", LONG.slice(0, 60), ARABIC]) {
      const label = layoutLabel(text, count, measure);
      const where = `${text} of ${count}`;
      assert.ok(label.fontSize >= 13, `${where}: ${label.fontSize}`);
      assert.ok(label.lines.length > 0, where);
      const half = Math.PI / count;
      for (const { text: line, x, y } of label.lines) {
        const [width, height] = [measure(line) * label.fontSize, label.fontSize];
        for (const [dx, dy] of [
          [-1, -1],
          [-1, 1],
          [1, -1],
          [1, 1],
        ] as const) {
          const corner = { x: x + (dx * width) / 2, y: y + (dy * height) / 2 };
          // Along the spoke, the middle of the segment points to the right, else upwards.
          const [ahead, aside] = label.turn ? [corner.x, corner.y] : [-corner.y, corner.x];
          const radius = Math.hypot(ahead, aside);
          assert.ok(radius < RADIUS && radius > HUB - 1, `${where}: ${line} at ${radius}`);
          const angle = Math.abs(Math.atan2(aside, ahead));
          assert.ok(angle < half, `${where}: ${line} at ${angle} of ${half}`);
        }
      }
      const along = label.lines.map(({ y }) => y);
      for (const [at, y] of along.slice(1).entries()) {
        assert.ok(Math.abs(y - (along[at] ?? 0)) >= label.fontSize, where);
      }
    }
  }
});

test("a short label is shown whole, and a long one as far as it fits", () => {
  for (let count = 2; count <= 24; count++) {
    const short = layoutLabel("Free coffee", count, measure);
    assert.ok(short.isWhole);
    assert.equal(short.lines.map(({ text }) => text).join(" "), "Free coffee");
    const long = layoutLabel(LONG, count, measure);
    const shown = long.lines.map(({ text }) => text).join(" ");
    assert.equal(long.isWhole, shown === LONG);
    if (!long.isWhole) {
      assert.ok(shown.endsWith("…"));
      assert.ok(LONG.startsWith(shown.slice(0, -1)), shown);
      assert.ok(shown.length > 14, `${count}: ${shown}`);
    }
  }
  assert.equal(layoutLabel(LONG, 24, measure).isWhole, false);
});

test("lines break at spaces, and letters stay with their accents", () => {
  const lines = (text: string, ...widths: number[]) =>
    breakLines(text, widths, (part) => [...new Intl.Segmenter().segment(part)].length);
  assert.deepEqual(lines("one two three", 7, 5), { lines: ["one two", "three"], isWhole: true });
  assert.deepEqual(lines("one two three", 7, 4), { lines: ["one two", "thr…"], isWhole: false });
  assert.deepEqual(lines("Donaudampfschiff ahoy", 6, 6), { lines: ["Donau…"], isWhole: false });
  assert.deepEqual(lines("ab👩‍👩‍👧cd", 4), { lines: ["ab👩‍👩‍👧…"], isWhole: false });
});
