import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Answer,
  Outbox,
  PendingProgress,
  pendingSessions,
  type Progress,
  refusedAnswers,
  type Saving,
} from "../src/model/outbox.ts";
import { Refusal } from "../src/model/refusals.ts";
import type { Session } from "../src/model/types.ts";
import { deferred, MemoryStore } from "./memory.ts";

const OFFLINE = new Refusal("offline", {}, true);
const SAVED = {} as Session;

/** An outbox whose server responds with `reply`, and all that it reported. */
function outbox(pending: PendingProgress, reply: (sent: Progress) => Promise<Session>) {
  const reported = { saving: [] as Saving[], refused: [] as Answer[], ended: "" };
  const box = new Outbox(pending, reply, {
    onSaving: (saving) => reported.saving.push(saving),
    onSaved: () => {},
    onRefused: (answer) => reported.refused.push(answer),
    onEnded: ({ reason }) => {
      reported.ended = reason;
    },
  });
  return { box, reported };
}

test("the newest answer to each step is kept, apart from those of other sessions", () => {
  const store = new MemoryStore();
  const mine = new PendingProgress(store, "p", "s1");
  new PendingProgress(store, "p", "s2").setAnswer("name", "Bob");
  mine.setAnswer("name", "Ada");
  mine.setAnswer("name", "Ada Lovelace");
  mine.setAnswer("fun", 0);
  mine.setIndex(2);
  const { progress } = new PendingProgress(store, "p", "s1").read();
  assert.deepEqual(progress, {
    answers: [
      { stepId: "fun", value: 0 },
      { stepId: "name", value: "Ada Lovelace" },
    ],
    currentStepIndex: 2,
  });
});

test("an answer given while an older one is being sent is not forgotten with it", async () => {
  const pending = new PendingProgress(new MemoryStore(), "p", "s");
  const first = deferred<Session>();
  const sent: Progress[] = [];
  const { box } = outbox(pending, (progress) => {
    sent.push(progress);
    return sent.length === 1 ? first.promise : Promise.resolve(SAVED);
  });
  pending.setAnswer("name", "Ada");
  const flushed = box.flush();
  pending.setAnswer("name", "Grace");
  first.resolve(SAVED);
  await flushed;
  assert.deepEqual(
    sent.map(({ answers }) => answers[0]?.value),
    ["Ada", "Grace"],
  );
  assert.ok(pending.isEmpty);
});

test("without a network answers are kept, the page says so, and they are sent later", async () => {
  const pending = new PendingProgress(new MemoryStore(), "p", "s");
  let online = false;
  const { box, reported } = outbox(pending, async () => {
    if (!online) throw OFFLINE;
    return SAVED;
  });
  pending.setAnswer("name", "Ada");
  pending.setIndex(1);
  await box.flush();
  assert.equal(pending.read().progress.answers.length, 1);
  assert.equal(reported.saving.at(-1), "offline");
  online = true;
  await box.flush();
  assert.ok(pending.isEmpty);
  assert.equal(reported.saving.at(-1), "saved");
  box.close();
});

test("a rejected answer returns to its step, and the others are sent", async () => {
  const pending = new PendingProgress(new MemoryStore(), "p", "s");
  const issues = [{ path: "answers[0].value", message: "Choose a whole number." }];
  const sent: Progress[] = [];
  const { box, reported } = outbox(pending, async (progress) => {
    sent.push(progress);
    if (sent.length === 1) throw new Refusal("invalid_request", { issues });
    return SAVED;
  });
  pending.setAnswer("fun", 99);
  pending.setAnswer("name", "Ada");
  await box.flush();
  assert.deepEqual(reported.refused, [{ stepId: "fun", value: 99 }]);
  assert.deepEqual(sent[1], { answers: [{ stepId: "name", value: "Ada" }] });
  assert.ok(pending.isEmpty);
});

test("a session that has ended accepts no more answers", async () => {
  const pending = new PendingProgress(new MemoryStore(), "p", "s");
  const { box, reported } = outbox(pending, async () => {
    throw new Refusal("session_not_active", { status: "abandoned" });
  });
  pending.setAnswer("name", "Ada");
  await box.flush();
  assert.equal(reported.ended, "session_not_active");
  assert.ok(pending.isEmpty);
});

test("issues name the answers by their order in the request", () => {
  const answers = ["a", "b"].map((stepId) => ({ stepId, value: 1 }));
  const issues = [
    { path: "answers[1].value", message: "no" },
    { path: "currentStepIndex", message: "too far" },
    { path: "answers[7].value", message: "not sent" },
  ];
  const refused = refusedAnswers(new Refusal("invalid_request", { issues }), { answers });
  assert.deepEqual(refused, [{ stepId: "b", value: 1 }]);
});

test("the sessions of which something is pending are found, of projects and of events", () => {
  const store = new MemoryStore();
  new PendingProgress(store, "p", "s1").setAnswer("name", "Ada");
  new PendingProgress(store, "p", "s1").setIndex(2);
  new PendingProgress(store, "event:e", "s2").setIndex(1);
  store.setItem("guest-page:entry:p:uid", "1");
  assert.deepEqual(pendingSessions(store), [
    { scope: "p", sessionId: "s1" },
    { scope: "event:e", sessionId: "s2" },
  ]);
});
