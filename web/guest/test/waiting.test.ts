import assert from "node:assert/strict";
import { test } from "node:test";
import { refusalOf } from "../src/model/refusals.ts";
import { isAnnounced, pauseAfter } from "../src/model/waiting.ts";

const BUSY = "auth/too-many-requests";
const most = () => 1;
const least = () => 0;

test("pauses grow up to a minute", () => {
  const pauses = [1, 2, 3, 4, 5, 50].map((failures) => pauseAfter(BUSY, failures, most));
  assert.deepEqual(pauses, [8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  assert.equal(pauseAfter("offline", 50, most), 30_000);
});

test("guests who were refused together return apart", () => {
  assert.equal(pauseAfter(BUSY, 1, least), 4_000);
  const pauses = new Set(Array.from({ length: 50 }, () => pauseAfter(BUSY, 4)));
  assert.ok(pauses.size > 40);
  for (const pause of pauses) assert.ok(pause !== null && pause >= 30_000 && pause <= 60_000);
});

test("what waiting does not mend is not tried again", () => {
  for (const reason of ["project_not_found", "app_check_required", "toString"]) {
    assert.equal(pauseAfter(reason, 1), null);
  }
});

test("a full quota is what too many requests are", () => {
  for (const code of ["auth/quota-exceeded", BUSY]) {
    const refusal = refusalOf({ code });
    assert.equal(refusal.reason, BUSY);
    assert.ok(refusal.isTransient);
  }
  assert.equal(refusalOf({ code: "auth/network-request-failed" }).reason, "offline");
});

test("a wait is announced at first, and then once a minute", () => {
  assert.ok(isAnnounced(null, 5));
  assert.ok(!isAnnounced(5_000, 64_999));
  assert.ok(isAnnounced(5_000, 65_000));
});
