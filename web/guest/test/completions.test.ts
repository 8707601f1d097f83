import assert from "node:assert/strict";
import { test } from "node:test";
import { Completion, completingSessions } from "../src/model/completions.ts";
import { Refusal } from "../src/model/refusals.ts";
import type { SessionBackend } from "../src/model/sessions/session-backend.ts";
import { MemoryStore } from "./memory.ts";

type Target = Pick<SessionBackend, "complete">;
const refusing = (refusal: Refusal): Target => ({ complete: () => Promise.reject(refusal) });

test("a session waits to be completed, with what its address has chosen, until it is", async () => {
  const store = new MemoryStore();
  new Completion(store, "event:e", "s").keep("booth");
  new Completion(store, "p", "t").keep(null);
  assert.deepEqual(completingSessions(store), [
    { scope: "event:e", sessionId: "s" },
    { scope: "p", sessionId: "t" },
  ]);
  const found = new Completion(store, "event:e", "s");
  assert.equal(found.experienceId, "booth");
  assert.equal(new Completion(store, "p", "t").experienceId, null);
  let calls = 0;
  const target = { complete: async () => void calls++ } as unknown as Target;
  await found.complete(target);
  await found.complete(target);
  assert.deepEqual([calls, found.isKept], [1, false]);
  assert.deepEqual(completingSessions(store), [{ scope: "p", sessionId: "t" }]);
});

test("it goes on waiting after what passes, and not after a refusal for good", async () => {
  const completion = new Completion(new MemoryStore(), "p", "s");
  completion.keep(null);
  await assert.rejects(completion.complete(refusing(new Refusal("offline", {}, true))));
  assert.equal(completion.isKept, true);
  await assert.rejects(completion.complete(refusing(new Refusal("steps_incomplete"))));
  assert.equal(completion.isKept, false);
});
