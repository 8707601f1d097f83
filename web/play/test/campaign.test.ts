import assert from "node:assert/strict";
import { test } from "node:test";
import { campaignOf, fontStack } from "../src/model/campaign.ts";
import { demoOutcome } from "../src/model/demo.ts";

const SEGMENTS = [
  { id: "a", label: "A mug", prize: "Mug" },
  { id: "b", label: "Nothing", prize: null },
  { id: "c", label: "Tea", prize: "Tea" },
  { id: "d", label: "Again", prize: null },
];
const given = (changes: object) => ({
  campaignId: "c",
  name: "Spring",
  segments: SEGMENTS,
  ...changes,
});

test("addresses that are no pictures, sounds or pages are left out", () => {
  const bad = ["javascript:alert(1)", "data:text/html,<script>", "//host/a.png", 7, null];
  for (const address of bad) {
    const media = {
      logo: address,
      background: address,
      emblem: address,
      spin: address,
      win: address,
    };
    const terms = { version: "1", url: address, minimumAge: 18 };
    const campaign = campaignOf(given({ media, terms }), "demo");
    assert.deepEqual(new Set(Object.values(campaign.media)), new Set([null]));
    assert.deepEqual(campaign.terms, { version: "1", url: null, minimumAge: 18 });
  }
  const { media } = campaignOf(given({ media: { logo: "data:image/png;base64,AA==" } }), "demo");
  assert.equal(media.logo, "data:image/png;base64,AA==");
});

test("colours that are none give the page's own, all of them, so that they stay readable", () => {
  const own = campaignOf(given({}), "demo").theme;
  const colours = {
    primaryColor: "#112233",
    secondaryColor: "#ffeedd",
    backgroundColor: "#ffffff",
    textColor: "#000000",
    onPrimaryColor: "#ffffff",
    onSecondaryColor: "#000000",
  };
  const theme = (changes: object) =>
    campaignOf(given({ theme: { ...colours, fontFamily: "serif", ...changes } }), "demo").theme;
  assert.deepEqual(theme({}), { ...colours, fontFamily: "serif" });
  for (const bad of ["red", "#fff", "#112233;--x:1", "url(#a)", 7, undefined]) {
    assert.deepEqual(theme({ primaryColor: bad }), own);
  }
});

test("a font is one of the page's, whatever the campaign names", () => {
  for (const name of ["", "Papyrus", "system; color: red", "constructor", "__proto__"]) {
    assert.equal(fontStack(name), fontStack("system"));
  }
  assert.match(fontStack("serif"), /Georgia/);
});

test("a wheel has 2 to 24 segments", () => {
  for (const count of [0, 1, 25]) {
    const segments = Array.from({ length: count }, (_, id) => ({ id: `${id}`, label: "x" }));
    assert.throws(() => campaignOf(given({ segments }), "demo"));
  }
  assert.throws(() => campaignOf("nothing", "demo"));
});

test("a demo's odds are even among the segments, and its prizes are those of the segments", () => {
  const counts = new Map<string, number>();
  for (let at = 0; at < 4000; at++) {
    const { segmentId, prize, claim } = demoOutcome({ segments: SEGMENTS }, (at / 4000) * 2 ** 32);
    counts.set(segmentId, (counts.get(segmentId) ?? 0) + 1);
    const expected = SEGMENTS.find(({ id }) => id === segmentId)?.prize ?? null;
    assert.equal(prize?.name ?? null, expected);
    assert.equal(claim !== null, expected !== null);
  }
  assert.deepEqual([...counts.values()], [1000, 1000, 1000, 1000]);
  assert.equal(demoOutcome({ segments: SEGMENTS }, 2 ** 32 - 1).segmentId, "d");
});
