import assert from "node:assert/strict";
import { test } from "node:test";
import { Later, remedyFor } from "../src/model/later.ts";

test("code is loaded once, and is there at once from then on", async () => {
  let loads = 0;
  const later = new Later(async () => (loads += 1));
  assert.equal(later.loaded, null);
  assert.deepEqual(await Promise.all([later.load(), later.load()]), [1, 1]);
  assert.equal(later.loaded, 1);
  assert.equal(await later.load(), 1);
});

test("after a failure the next call tries again", async () => {
  const results = [Promise.reject(new Error("offline")), Promise.resolve("code")];
  const later = new Later(() => results.shift() as Promise<string>);
  await assert.rejects(later.load());
  assert.equal(later.loaded, null);
  assert.equal(await later.load(), "code");
});

test("a page whose files are gone is reloaded once, and only where the site answers", () => {
  assert.equal(remedyFor({ isReachable: true, wasReloaded: false }), "reload");
  assert.equal(remedyFor({ isReachable: true, wasReloaded: true }), "not_loaded");
  assert.equal(remedyFor({ isReachable: false, wasReloaded: false }), "offline");
  assert.equal(remedyFor({ isReachable: false, wasReloaded: true }), "offline");
});
