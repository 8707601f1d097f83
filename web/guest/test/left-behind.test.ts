import assert from "node:assert/strict";
import { test } from "node:test";
import { type Found, isLeftBehind } from "../src/model/kiosk/left-behind.ts";

const PAUSE_MS = 45_000;
const VISIT: Found = { silentSince: 1_000, hasTraces: true, isContinued: false, hasOthers: false };
const isLeft = (found: Partial<Found>, now = 1_100) => isLeftBehind({ ...VISIT, ...found }, PAUSE_MS, now);

test("a visit ends with the last tab of its kiosk, however young it is", () => {
  assert.equal(isLeft({}), true);
  assert.equal(isLeft({ hasTraces: false }), true);
});

test("a visit goes on in a tab that is reloaded, and beside one that lives", () => {
  assert.equal(isLeft({ isContinued: true }), false);
  assert.equal(isLeft({ hasOthers: true }), false);
  assert.equal(isLeft({ hasOthers: null }), false, "where the browser does not say, the pause decides");
});

test("a visit ends after its pause in any tab", () => {
  for (const found of [{ isContinued: true }, { hasOthers: true }, { hasOthers: null }]) {
    assert.equal(isLeft(found, 45_999), false);
    assert.equal(isLeft(found, 46_000), true);
  }
});

test("where nobody has touched anything there is a visit only if one left something", () => {
  assert.equal(isLeft({ silentSince: null, hasTraces: false }), false);
  assert.equal(isLeft({ silentSince: null, hasTraces: true, isContinued: true }), true);
});
