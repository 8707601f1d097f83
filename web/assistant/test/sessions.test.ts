import assert from "node:assert/strict";
import { test } from "node:test";
import { merged, withFirstPage } from "../src/model/sessions.ts";

const chat = (id: string, lastMessageAt: number, title = id) => ({
  id,
  title,
  lastMessageAt,
});
const ids = (sessions: { id: string }[]) => sessions.map(({ id }) => id);

test("a page is added without doubles, the last written chat first", () => {
  const first = merged([], [chat("a", 3), chat("b", 2)]);
  const second = merged(first, [chat("b", 4, "New"), chat("c", 1)]);
  assert.deepEqual(ids(second), ["b", "a", "c"]);
  assert.equal(second[0]?.title, "New");
  assert.deepEqual(ids(merged([], [chat("a", 1), chat("b", 1)])), ["b", "a"]);
});

test("the first page as it is now shows what is gone", () => {
  const before = [chat("new", 9), chat("a", 4), chat("b", 3), chat("c", 2)];
  const page = (nextPageToken: string | null) => ({ items: [chat("a", 4), chat("b", 3)], nextPageToken });
  assert.deepEqual(ids(withFirstPage(before, page("next"))), ["a", "b", "c"]);
  assert.deepEqual(ids(withFirstPage(before, page(null))), ["a", "b"]);
  assert.deepEqual(withFirstPage(before, { items: [], nextPageToken: null }), []);
});
