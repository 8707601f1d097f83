import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusal } from "../../guest/src/model/refusals.ts";
import { argumentsOf, wordsOf } from "../src/model/arguments.ts";
import { dateOf, timeOf } from "../src/model/times.ts";
import { canRetry, messageErrorWords, problemWords, signInWords } from "../src/model/words.ts";

const NOON = new Date(2026, 10, 29, 12).getTime();
const HOUR = 3_600_000;

test("an empty budget says when it ends, and how much it was", () => {
  const details = { retryAfterSeconds: 13 * 3600, limit: 1500 };
  const words = problemWords(new Refusal("token_budget", details), NOON);
  assert.match(words, /budget of 1.500 tokens\. It begins anew tomorrow at \S+/);
  assert.match(problemWords(new Refusal("token_budget"), NOON), /budget\. It begins anew tomorrow\./);
});

test("each state has words of its own, and an unknown one too", () => {
  const reasons = ["offline", "chat_busy", "chat_session_not_found", "role_required", "new_reason"];
  const all = new Set(reasons.map((reason) => problemWords(new Refusal(reason), NOON)));
  assert.equal(all.size, reasons.length);
  const limited = new Refusal("rate_limited", { retryAfterSeconds: 60 });
  assert.match(problemWords(limited, NOON), /Try again at /);
  assert.notEqual(messageErrorWords("WORKER_LOST"), messageErrorWords("NEW"));
  assert.equal(messageErrorWords(undefined), messageErrorWords("NEW"));
  assert.notEqual(signInWords("auth/user-disabled"), signInWords("auth/new"));
});

test("a wrong address and a wrong password sound the same", () => {
  assert.equal(signInWords("auth/user-not-found"), signInWords("auth/wrong-password"));
});

test("what cannot succeed is not offered again", () => {
  assert.ok(canRetry(new Refusal("offline")));
  assert.ok(canRetry(new Refusal("chat_busy")));
  assert.ok(!canRetry(new Refusal("chat_session_not_found")));
});

test("times name the day unless it is today", () => {
  assert.match(timeOf(NOON + HOUR, NOON), /^at /);
  assert.match(timeOf(NOON + 13 * HOUR, NOON), /^tomorrow at /);
  assert.match(timeOf(NOON + 60 * HOUR, NOON), /^on .* at /);
  assert.equal(dateOf(NOON - 13 * HOUR, NOON), "Yesterday");
  assert.match(dateOf(NOON - HOUR, NOON), /\d/);
  assert.doesNotMatch(dateOf(NOON - 100 * HOUR, NOON), /2026/);
  assert.match(dateOf(NOON - 365 * 24 * HOUR, NOON), /2025/);
});

test("arguments are a list of words and values", () => {
  const given = {
    campaignId: "spring",
    max_plays: 3,
    isPublic: true,
    note: null,
    tags: ["a", "b"],
    game: { limit: { per: "day" }, prizes: [{ name: "Mug" }] },
  };
  assert.deepEqual(argumentsOf(given), [
    { label: "Campaign id", value: "spring" },
    { label: "Max plays", value: "3" },
    { label: "Is public", value: "yes" },
    { label: "Note", value: "none" },
    { label: "Tags", value: "a, b" },
    { label: "Game, limit, per", value: "day" },
    { label: "Game, prizes 1, name", value: "Mug" },
  ]);
  const deep = { a: { b: { c: { d: { e: 1 } } } } };
  assert.deepEqual(argumentsOf(deep), [{ label: "A, b, c, d", value: '{"e":1}' }]);
  assert.equal(wordsOf("generate_campaign"), "Generate campaign");
});

test("no argument is left out, and none is shown in another order than it is in", () => {
  assert.deepEqual(argumentsOf({ steps: {}, name: "\u202e001\u202c" }), [
    { label: "Steps", value: "none" },
    { label: "Name", value: "\ufffd001\ufffd" },
  ]);
});
