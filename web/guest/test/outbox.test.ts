import assert from "node:assert/strict";
import { test } from "node:test";
import { Kept, Outbox, type Progress, refusedAnswers, type Saving } from "../src/model/outbox.ts";
import { Refusal } from "../src/model/refusals.ts";
import type { Session } from "../src/model/types.ts";
import { deferred, MemoryStore } from "./memory.ts";

const OFFLINE = new Refusal("offline", {}, true);
const SAVED = {} as Session;

/** An outbox whose server answers what `reply` says, and all that it told. */
function outbox(kept: Kept, reply: (sent: Progress) => Promise<Session>) {
  const told = { saving: [] as Saving[], refused: new Map<string, string>(), ended: "" };
  const box = new Outbox(kept, reply, {
    onSaving: (saving) => told.saving.push(saving),
    onSaved: () => {},
    onRefused: (stepId, message) => told.refused.set(stepId, message),
    onEnded: ({ reason }) => {
      told.ended = reason;
    },
  });
  return { box, told };
}

test("answers are kept by step, the newest of each, beside those of other sessions", () => {
  const store = new MemoryStore();
  const mine = new Kept(store, "p", "s1");
  new Kept(store, "p", "s2").answer("name", "Bob");
  mine.answer("name", "Ada");
  mine.answer("name", "Ada Lovelace");
  mine.answer("fun", 0);
  mine.move(2);
  const { progress } = new Kept(store, "p", "s1").read();
  assert.deepEqual(progress, {
    answers: [
      { stepId: "fun", value: 0 },
      { stepId: "name", value: "Ada Lovelace" },
    ],
    currentStepIndex: 2,
  });
});

test("what is answered while another answer is on its way is not forgotten with it", async () => {
  const kept = new Kept(new MemoryStore(), "p", "s");
  const first = deferred<Session>();
  const sent: Progress[] = [];
  const { box } = outbox(kept, (progress) => {
    sent.push(progress);
    return sent.length === 1 ? first.promise : Promise.resolve(SAVED);
  });
  kept.answer("name", "Ada");
  const flushed = box.flush();
  kept.answer("name", "Grace");
  first.resolve(SAVED);
  await flushed;
  assert.deepEqual(
    sent.map(({ answers }) => answers[0]?.value),
    ["Ada", "Grace"],
  );
  assert.ok(kept.isEmpty);
});

test("without a network everything stays, is told, and is sent when it is back", async () => {
  const kept = new Kept(new MemoryStore(), "p", "s");
  let online = false;
  const { box, told } = outbox(kept, async () => {
    if (!online) throw OFFLINE;
    return SAVED;
  });
  kept.answer("name", "Ada");
  kept.move(1);
  await box.flush();
  assert.equal(kept.read().progress.answers.length, 1);
  assert.equal(told.saving.at(-1), "offline");
  online = true;
  await box.flush();
  assert.ok(kept.isEmpty);
  assert.equal(told.saving.at(-1), "saved");
  box.close();
});

test("an answer that does not fit goes back to its step, and the others are sent", async () => {
  const kept = new Kept(new MemoryStore(), "p", "s");
  const issues = [{ path: "answers[0].value", message: "Choose a whole number." }];
  const sent: Progress[] = [];
  const { box, told } = outbox(kept, async (progress) => {
    sent.push(progress);
    if (sent.length === 1) throw new Refusal("invalid_request", { issues });
    return SAVED;
  });
  kept.answer("fun", 99);
  kept.answer("name", "Ada");
  await box.flush();
  assert.deepEqual([...told.refused], [["fun", "Choose a whole number."]]);
  assert.deepEqual(sent[1], { answers: [{ stepId: "name", value: "Ada" }] });
  assert.ok(kept.isEmpty);
});

test("a session that has ended takes nothing any more", async () => {
  const kept = new Kept(new MemoryStore(), "p", "s");
  const { box, told } = outbox(kept, async () => {
    throw new Refusal("session_not_active", { status: "abandoned" });
  });
  kept.answer("name", "Ada");
  await box.flush();
  assert.equal(told.ended, "session_not_active");
  assert.ok(kept.isEmpty);
});

test("issues are about the answers that were sent, in their order", () => {
  const answers = ["a", "b"].map((stepId) => ({ stepId, value: 1 }));
  const issues = [
    { path: "answers[1].value", message: "no" },
    { path: "currentStepIndex", message: "too far" },
    { path: "answers[7].value", message: "not sent" },
  ];
  const refused = refusedAnswers(new Refusal("invalid_request", { issues }), { answers });
  assert.deepEqual([...refused], [["b", "no"]]);
});
