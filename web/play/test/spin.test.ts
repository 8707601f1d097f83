import assert from "node:assert/strict";
import { test } from "node:test";
import {
  angleOf,
  indexOf,
  landing,
  positive,
  restingAngle,
  segmentAt,
  SPEED,
  START_MS,
  START_TURN,
} from "../src/model/spin.ts";

test("the wheel comes to rest on the segment, wherever it was", () => {
  for (let count = 2; count <= 24; count++) {
    for (let index = 0; index < count; index++) {
      for (const offset of [-1, -0.5, 0, 1]) {
        assert.equal(segmentAt(restingAngle(index, count, offset), count), index);
        for (const from of [0, 17.3, 359.9, 1234.5]) {
          const plan = landing(from, index, count, offset);
          assert.equal(segmentAt(angleOf(plan, plan.durationMs), count), index);
          assert.equal(angleOf(plan, 0), from);
        }
      }
    }
  }
});

test("it turns forwards only, without a jump, and never for long", () => {
  for (let index = 0; index < 8; index++) {
    const plan = landing(200, index, 8, 0.4);
    assert.ok(plan.durationMs > 3000 && plan.durationMs < 5200, `${plan.durationMs}`);
    const perMs = angleOf(plan, 1) - angleOf(plan, 0);
    assert.ok(Math.abs(perMs * 1000 - SPEED) < SPEED * 0.01, "it begins at the even speed");
    let before = -Infinity;
    for (let elapsed = 0; elapsed <= plan.durationMs; elapsed += 16) {
      const angle = angleOf(plan, elapsed);
      assert.ok(angle > before);
      before = angle;
    }
    assert.equal(angleOf(plan, plan.durationMs + 1000), plan.to);
  }
  // t² from rest: the average speed is half of the last.
  assert.equal(START_TURN, (SPEED / 2) * (START_MS / 1000));
});

test("the pointer is never close to the next segment", () => {
  for (const count of [2, 7, 24]) {
    const width = 360 / count;
    for (const offset of [-1, 1]) {
      const past = positive(restingAngle(0, count, offset));
      assert.ok(Math.min(past, 360 - past) < width * 0.4);
    }
  }
});

test("an outcome lands on its segment, and without that on one that wins the same", () => {
  const segments = [
    { id: "mug", label: "A mug", prize: "Mug" },
    { id: "none", label: "Next time", prize: null },
    { id: "other", label: "Not today", prize: null },
  ];
  const won = (name: string) => ({ id: name, name, kind: "code" });
  assert.equal(indexOf(segments, { segmentId: "other", prize: null }), 2);
  assert.equal(indexOf(segments, { segmentId: "gone", prize: null }), 1);
  assert.equal(indexOf(segments, { segmentId: "gone", prize: won("Mug") }), 0);
  assert.equal(indexOf(segments, { segmentId: "gone", prize: won("Trip") }), -1);
});
