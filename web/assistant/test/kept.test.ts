import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore } from "../../guest/test/memory.ts";
import { Kept } from "../src/model/kept.ts";

test("drafts and dismissals belong to a chat and go with it", () => {
  const store = new MemoryStore();
  const kept = new Kept(store);
  kept.keepDraft("c1", "half a sen");
  kept.keepDismissed("c1", "2", true);
  kept.keepDismissed("c12", "2", true);
  assert.equal(kept.draft("c1"), "half a sen");
  assert.ok(kept.isDismissed("c1", "2"));
  assert.ok(!kept.isDismissed("c1", "4"));
  kept.forgetChat("c1");
  assert.equal(kept.draft("c1"), "");
  assert.ok(!kept.isDismissed("c1", "2"));
  assert.ok(kept.isDismissed("c12", "2"));
  kept.keepDismissed("c12", "2", false);
  kept.keepDraft("c1", "");
  assert.equal(store.length, 0);
});

test("signing out forgets this page's things and no other page's", () => {
  const store = new MemoryStore();
  store.setItem("guest-page:entry", "1");
  const kept = new Kept(store);
  kept.workspace = "w1";
  kept.keepDraft("c1", "x");
  assert.equal(kept.workspace, "w1");
  kept.forgetAll();
  assert.equal(kept.workspace, null);
  assert.deepEqual([...store.items.keys()], ["guest-page:entry"]);
});
