import assert from "node:assert/strict";
import { test } from "node:test";
import { type Game, type Happening, maySpin, next, startOf } from "../src/model/machine.ts";

const OUTCOME = {
  playId: "p1",
  segmentId: "s1",
  prize: { id: "mug", name: "A mug", kind: "physical" },
  claim: { code: "ABC" },
  next: null,
};
const PRESS: Happening = { type: "press", instant: false, restart: false };
const ANSWERED: Happening = { type: "answered", outcome: OUTCOME };
const REFUSED = (reason: string): Happening => ({
  type: "refused",
  problem: { reason, details: {} },
});
const start = (changes = {}) => startOf({ accepted: true, asked: null, problem: null, ...changes });
const CLOSED = { reason: "closed", details: {} };
const after = (game: Game, ...happenings: Happening[]) => happenings.reduce(next, game);

test("nobody plays before they accept the terms", () => {
  const reminded = after(start({ accepted: false }), PRESS);
  assert.equal(reminded.phase, "ready");
  assert.equal(reminded.reminded, true);
  const accepted = after(reminded, { type: "accept", accepted: true });
  assert.equal(accepted.reminded, false);
  assert.equal(after(accepted, PRESS).phase, "asking");
});

test("a spin goes from the button to the result, and with stillness at once", () => {
  const phases = [PRESS, ANSWERED, { type: "landed" } as const].reduce<Game[]>(
    (games, happening) => [...games, next(games.at(-1) ?? start(), happening)],
    [start()],
  );
  assert.deepEqual(
    phases.map(({ phase }) => phase),
    ["ready", "asking", "landing", "result"],
  );
  assert.equal(after(start(), { ...PRESS, instant: true }, ANSWERED).phase, "result");
});

test("pressing while the wheel turns changes nothing, nor does an answer that nobody asked for", () => {
  const asking = after(start(), PRESS);
  assert.equal(next(asking, PRESS), asking);
  const landing = next(asking, ANSWERED);
  assert.equal(next(landing, PRESS), landing);
  assert.equal(next(landing, REFUSED("offline")), landing);
  const ready = start();
  for (const late of [ANSWERED, REFUSED("closed"), { type: "landed" }, { type: "slow" }] as const) {
    assert.equal(next(ready, late), ready);
  }
});

test("a play that was refused is asked for again, and a new one has the next number", () => {
  const refused = after(start(), PRESS, REFUSED("offline"));
  assert.equal(refused.phase, "refused");
  assert.equal(after(refused, PRESS).number, 1);
  const result = after(refused, PRESS, ANSWERED, { type: "landed" });
  assert.equal(after(result, PRESS).number, 2);
  assert.equal(after(result, { ...PRESS, restart: true }).number, 1);
});

test("the button is there while plays are left, and unless only the operators can help", () => {
  const result = after(start(), PRESS, ANSWERED, { type: "landed" });
  assert.deepEqual([maySpin(result, 1), maySpin(result, 2)], [false, true]);
  const refused = (reason: string) => maySpin(after(start(), PRESS, REFUSED(reason)), 1);
  const again = ["offline", "not_open", "terms_required", "session_required", "unknown"];
  assert.deepEqual(
    again.map(refused),
    again.map(() => true),
  );
  const final = ["closed", "campaign_not_found", "limit_reached", "ticket_revoked"];
  assert.deepEqual(
    final.map(refused),
    final.map(() => false),
  );
});

test("new terms are accepted anew", () => {
  const refused = after(start(), PRESS, REFUSED("terms_required"));
  assert.equal(refused.accepted, false);
  assert.equal(after(refused, PRESS).reminded, true);
});

test("a reload asks for the same play and shows it without a spin", () => {
  const again = start({ asked: 2 });
  assert.deepEqual([again.phase, again.number, again.instant], ["asking", 2, true]);
  assert.equal(next(again, ANSWERED).phase, "result");
  assert.equal(start({ asked: 2, accepted: false }).phase, "ready");
  assert.equal(start({ asked: 2, problem: CLOSED }).phase, "asking");
  assert.equal(start({ problem: CLOSED }).problem?.reason, "closed");
});
