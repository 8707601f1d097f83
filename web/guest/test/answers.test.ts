import assert from "node:assert/strict";
import { test } from "node:test";
import { lengthOf, problemWith, firstClosingStep, valueToSend } from "../src/model/answers.ts";
import { isKnownType } from "../src/model/step-types.ts";
import type { Step, StepConfig } from "../src/model/types.ts";

const step = (type: string, config: StepConfig = {}): Step => ({ id: type, type, config });

test("a required question needs an answer, an optional one does not", () => {
  for (const type of ["short_text", "multiple_choice", "yes_no", "opinion_scale", "email"]) {
    assert.notEqual(problemWith(step(type, { required: true }), undefined), null, type);
    assert.equal(problemWith(step(type), undefined), null, type);
  }
  assert.notEqual(problemWith(step("experience-picker"), undefined), null);
  assert.notEqual(problemWith(step("short_text", { required: true }), "  "), null);
  assert.notEqual(problemWith(step("multiple_choice", { required: true }), []), null);
  assert.equal(problemWith(step("yes_no", { required: true }), false), null);
  assert.equal(problemWith(step("opinion_scale", { required: true }), 0), null);
});

test("an email address must look like one, and a text must keep to its length", () => {
  for (const address of ["a@example.com", " a.b+c@ex-ample.co.uk ", "a@müller.de"]) {
    assert.equal(problemWith(step("email"), address), null, address);
  }
  for (const address of ["nobody", "a@b", "a b@example.com", "a@@example.com", ".a@example.com"]) {
    assert.notEqual(problemWith(step("email"), address), null, address);
  }
  const short = step("short_text", { maxLength: 3 });
  assert.equal(problemWith(short, "🙂🙂🙂"), null);
  assert.notEqual(problemWith(short, "abcd"), null);
  const family = "👨‍👩‍👧‍👦"; // seven code points, which the server counts, and eleven of UTF-16
  assert.equal(lengthOf(family), 7);
  assert.equal(problemWith(step("short_text", { maxLength: 7 }), family), null);
  assert.notEqual(problemWith(step("short_text", { maxLength: 6 }), family), null);
});

test("only a changed value is sent, and no blank for a question that had no answer", () => {
  assert.equal(valueToSend("Ada", undefined), "Ada");
  assert.equal(valueToSend("Ada", "Ada"), undefined);
  assert.equal(valueToSend("", undefined), undefined);
  assert.equal(valueToSend("", "Ada"), "");
  assert.equal(valueToSend(false, undefined), false);
  assert.equal(valueToSend(false, true), false);
  assert.deepEqual(valueToSend(["b", "a"], ["a", "b"]), ["b", "a"]);
});

test("a main session is completed where only closing steps are left", () => {
  const steps = ["info", "capture", "info", "processing", "reward"].map((type) => step(type));
  assert.equal(firstClosingStep(steps), 3);
  assert.equal(firstClosingStep(steps.slice(0, 3)), 3);
  const mixed = ["capture", "processing", "yes_no", "reward", "hologram"].map((type) => step(type));
  assert.equal(firstClosingStep(mixed), 3);
});

test("a step of an unknown type asks for nothing", () => {
  assert.equal(isKnownType("hologram"), false);
  assert.equal(problemWith(step("hologram", { required: true }), undefined), null);
});
