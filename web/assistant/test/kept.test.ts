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

test("nothing stays of another account, nor of a send that fails after signing out", () => {
  const store = new MemoryStore();
  const kept = new Kept(store);
  kept.belongTo("u1");
  kept.keepDraft("c1", "x");
  kept.keepUnsent("c1", { content: "Hello", requestId: "r1" });
  kept.belongTo("u1");
  assert.equal(kept.draft("c1"), "x");
  assert.deepEqual(kept.unsent("c1"), { content: "Hello", requestId: "r1" });
  kept.forgetUnsent("c1", "r2");
  assert.ok(kept.unsent("c1"), "another message's");
  kept.belongTo("u2");
  assert.equal(kept.draft("c1"), "");
  assert.equal(kept.unsent("c1"), null);
  kept.forgetAll();
  kept.keepUnsent("c1", { content: "Hello", requestId: "r1" });
  assert.equal(store.length, 0);
});

test("a full storage stops nothing", () => {
  const store = new MemoryStore();
  store.setItem = () => {
    throw new Error("full");
  };
  new Kept(store).keepDraft("c1", "x");
});
