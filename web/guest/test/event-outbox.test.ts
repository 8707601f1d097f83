import assert from "node:assert/strict";
import { test } from "node:test";
import type { Client } from "../../client/src/client.ts";
import { RuntimeError } from "../../client/src/errors.ts";
import {
  type EventBatch,
  EventOutbox,
  type EventOutboxOptions,
  type WaitingEvent,
} from "../../client/src/event-outbox.ts";
import { deferred, MemoryStore } from "./memory.ts";

type Send = (batch: EventBatch) => Promise<string>;

/** An outbox of Ada's whose server answers with `send`, and all that it reported. */
function outbox(store: MemoryStore, send: Send, uid = "ada") {
  const reported = { sent: [] as string[], refused: [] as [string, string[]][] };
  const types = (events: readonly WaitingEvent[]) => events.map(({ eventType }) => eventType);
  const box = new EventOutbox<string>({
    uid,
    workspaceId: "w",
    experienceId: "e",
    send,
    store,
    delayMs: 1_000_000,
    onSent: (_, events) => reported.sent.push(...types(events)),
    onRefused: (error, events) => reported.refused.push([error.reason, types(events)]),
  });
  return { box, reported };
}

/** Compiles as long as the callable takes what an outbox sends. */
export const sendOf = (client: Client): EventOutboxOptions<unknown>["send"] =>
  client.trackProgressEvents;

const refusal = (code: string, details: object) =>
  RuntimeError.from(
    new RuntimeError(code, String((details as { reason?: string }).reason) as never, "no", {
      ...details,
    }),
  );
const offline = () => new RuntimeError("unavailable", "no_response", "no network", {});

test("events go out in one batch, in the order in which they happened", async () => {
  const batches: EventBatch[] = [];
  const { box, reported } = outbox(new MemoryStore(), async (batch) => {
    batches.push(batch);
    return "ok";
  });
  for (const eventType of ["first", "second", "third"]) box.add({ eventType });
  assert.equal(box.waiting, 3);
  await box.flush();
  assert.deepEqual(reported.sent, ["first", "second", "third"]);
  assert.equal(batches.length, 1);
  assert.equal(new Set(batches[0]?.events.map(({ eventId }) => eventId)).size, 3);
  assert.equal(box.waiting, 0);
  box.close();
});

test("more than fifty go out in batches of fifty", async () => {
  const sizes: number[] = [];
  const { box } = outbox(new MemoryStore(), async ({ events }) => {
    sizes.push(events.length);
    return "ok";
  });
  for (let count = 0; count < 120; count++) box.add({ eventType: "tap" });
  await box.flush();
  assert.deepEqual(sizes, [50, 50, 20]);
  box.close();
});

test("what could not be sent survives a reload, and goes out as the same events", async () => {
  const store = new MemoryStore();
  const before = outbox(store, async () => Promise.reject(offline()));
  const kept = before.box.add({ eventType: "waypoint_visited", contentId: "oak" });
  await before.box.flush();
  assert.equal(before.box.waiting, 1);
  before.box.close();

  const batches: EventBatch[] = [];
  const after = outbox(store, async (batch) => {
    batches.push(batch);
    return "ok";
  });
  await after.box.flush();
  assert.deepEqual(batches[0]?.events, [kept]);
  assert.equal(after.box.waiting, 0);
  after.box.close();
});

test("a batch whose response was lost is sent again as it was", async () => {
  const ids: string[] = [];
  let lost = true;
  const { box } = outbox(new MemoryStore(), async ({ batchId, events }) => {
    ids.push(`${batchId} ${events.length}`);
    if (lost) throw offline();
    return "ok";
  });
  box.add({ eventType: "one" });
  await box.flush();
  box.add({ eventType: "two" });
  lost = false;
  await box.flush();
  assert.equal(ids[0], ids[1]);
  assert.equal(ids.length, 3);
  assert.equal(box.waiting, 0);
  box.close();
});

test("an event added while others are being sent is kept", async () => {
  const answer = deferred<string>();
  const { box } = outbox(new MemoryStore(), () => answer.promise);
  box.add({ eventType: "one" });
  const flushed = box.flush();
  box.add({ eventType: "two" });
  answer.resolve("ok");
  await flushed;
  assert.equal(box.waiting, 0);
  box.close();
});

test("a refused event is reported, and the others go out without it", async () => {
  const { box, reported } = outbox(new MemoryStore(), async ({ events }) => {
    const index = events.findIndex(({ eventType }) => eventType === "wrong");
    if (index < 0) return "ok";
    const issues = [{ path: `events[${index}].contentId`, message: "is required" }];
    throw refusal("invalid-argument", { reason: "invalid_request", issues });
  });
  for (const eventType of ["good", "wrong", "fine"]) box.add({ eventType });
  await box.flush();
  assert.deepEqual(reported.refused, [["invalid_request", ["wrong"]]]);
  assert.deepEqual(reported.sent, ["good", "fine"]);
  box.close();
});

for (const [code, details] of [
  ["permission-denied", { reason: "server_only_event" }],
  ["resource-exhausted", { reason: "progress_full", field: "visitedWaypoints" }],
] as const) {
  test(`an event that is refused for ${details.reason} is named by its path`, async () => {
    let calls = 0;
    const { box, reported } = outbox(new MemoryStore(), async ({ events }) => {
      calls++;
      const index = events.findIndex(({ eventType }) => eventType === "wrong");
      if (index >= 0) throw refusal(code, { ...details, path: `events[${index}].eventType` });
      return "ok";
    });
    for (const eventType of ["good", "wrong", "fine"]) box.add({ eventType });
    await box.flush();
    assert.deepEqual(reported.refused, [[details.reason, ["wrong"]]]);
    assert.deepEqual([reported.sent, calls, box.waiting], [["good", "fine"], 2, 0]);
    box.close();
  });
}

test("of a refused batch of which no event is named, all go out but the one to blame", async () => {
  let calls = 0;
  const { box, reported } = outbox(new MemoryStore(), async ({ events }) => {
    calls++;
    if (!events.some(({ eventType }) => eventType === "wrong")) return "ok";
    throw refusal("resource-exhausted", { reason: "progress_full", field: "state" });
  });
  for (let count = 0; count < 50; count++) box.add({ eventType: count === 30 ? "wrong" : "tap" });
  await box.flush();
  assert.deepEqual(reported.refused, [["progress_full", ["wrong"]]]);
  assert.deepEqual([reported.sent.length, box.waiting], [49, 0]);
  assert.ok(calls < 30, `${calls} calls`);
  box.close();
});

test("where everything is refused each event takes one call", async () => {
  let calls = 0;
  const { box, reported } = outbox(new MemoryStore(), async () => {
    calls++;
    throw refusal("resource-exhausted", { reason: "progress_full", field: "state" });
  });
  for (let count = 0; count < 50; count++) box.add({ eventType: "tap" });
  await box.flush();
  assert.deepEqual([reported.refused.length, box.waiting, calls], [50, 0, 56]);
  box.close();
});

test("events of an experience that is not there are dropped, one that is closed is waited for", async () => {
  let reason = "experience_unavailable";
  const { box, reported } = outbox(new MemoryStore(), async () => {
    throw refusal("failed-precondition", { reason });
  });
  box.add({ eventType: "one" });
  await box.flush();
  assert.deepEqual([reported.refused, box.waiting], [[], 1]);
  reason = "experience_not_found";
  await box.flush();
  assert.deepEqual([reported.refused, box.waiting], [[[reason, ["one"]]], 0]);
  box.close();
});

test("an erased player's events are dropped, and nothing is sent again", async () => {
  let calls = 0;
  const { box, reported } = outbox(new MemoryStore(), async () => {
    calls++;
    throw refusal("failed-precondition", { reason: "player_erased" });
  });
  box.add({ eventType: "one" });
  box.add({ eventType: "two" });
  await box.flush();
  await box.flush();
  assert.deepEqual(reported.refused, [["player_erased", ["one", "two"]]]);
  assert.equal(calls, 1);
  box.close();
});

test("events of another player of this browser stay theirs", async () => {
  const store = new MemoryStore();
  const ada = outbox(store, async () => Promise.reject(offline()));
  ada.box.add({ eventType: "one" });
  ada.box.close();
  const bob = outbox(store, async () => "ok", "bob");
  await bob.box.flush();
  assert.deepEqual(bob.reported.sent, []);
  assert.equal(ada.box.waiting, 1);
  bob.box.close();
});
