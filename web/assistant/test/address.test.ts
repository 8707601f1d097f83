import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, isId, searchOf } from "../src/model/address.ts";

test("an address names a workspace and a chat in it", () => {
  const address = { workspaceId: "w1", chatId: "c1" };
  assert.deepEqual(addressOf("?workspace=w1&chat=c1"), address);
  assert.deepEqual(addressOf(searchOf(address)), address);
  assert.equal(searchOf({ workspaceId: "w1", chatId: null }), "?workspace=w1");
  assert.equal(searchOf({ workspaceId: null, chatId: null }), "");
});

test("a chat without a workspace is none, and what is no id is nothing", () => {
  assert.deepEqual(addressOf("?chat=c1"), { workspaceId: null, chatId: null });
  for (const wrong of ["a/b", "", " ", "..", "x".repeat(129), "é"]) {
    const search = `?${new URLSearchParams({ workspace: wrong, chat: wrong })}`;
    assert.deepEqual(addressOf(search), { workspaceId: null, chatId: null }, wrong);
  }
  assert.equal(addressOf("?workspace=%20w1%20").workspaceId, "w1");
});

test("names that the database reserves are none", () => {
  assert.ok(!isId("__proto__"));
  assert.ok(isId("__a"));
});
