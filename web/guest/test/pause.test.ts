import assert from "node:assert/strict";
import { test } from "node:test";
import { begin, isOngoing } from "../src/model/activity.ts";
import { inSameKiosk, kioskOf } from "../src/model/kiosk/mode.ts";
import { MAX_HELD_MS, newPause, presenceAt, silentSince, withHeld, withTouch } from "../src/model/kiosk/pause.ts";

const PAUSE_MS = 45_000;

test("nobody is there until something is touched", () => {
  const pause = newPause(PAUSE_MS);
  assert.deepEqual(presenceAt(pause, 10 ** 9), { phase: "nobody" });
  assert.deepEqual(presenceAt(withTouch(pause, 1_000), 1_000), { phase: "present" });
});

test("the last ten seconds of a pause are announced, and then the visit is over", () => {
  const pause = withTouch(newPause(PAUSE_MS), 0);
  assert.deepEqual(presenceAt(pause, 34_999), { phase: "present" });
  assert.deepEqual(presenceAt(pause, 35_000), { phase: "warning", secondsLeft: 10 });
  assert.deepEqual(presenceAt(pause, 44_001), { phase: "warning", secondsLeft: 1 });
  assert.deepEqual(presenceAt(pause, 45_000), { phase: "over" });
  assert.deepEqual(presenceAt(pause, 10 ** 9), { phase: "over" }, "as after the device has slept");
});

test("a touch begins the pause anew", () => {
  const pause = withTouch(withTouch(newPause(PAUSE_MS), 0), 44_000);
  assert.deepEqual(presenceAt(pause, 45_000), { phase: "present" });
  assert.deepEqual(presenceAt(pause, 89_000), { phase: "over" });
});

test("what goes on holds the pause back, and leaves all of it when it ends", () => {
  let pause = withHeld(withTouch(newPause(PAUSE_MS), 0), true, 1_000);
  assert.deepEqual(presenceAt(pause, 100_000), { phase: "present" });
  pause = withHeld(pause, false, 100_000);
  assert.equal(silentSince(pause, 110_000), 100_000);
  assert.deepEqual(presenceAt(pause, 144_000), { phase: "warning", secondsLeft: 1 });
  assert.deepEqual(presenceAt(pause, 145_000), { phase: "over" });
});

test("a visitor who has left holds up the next one for a bounded time", () => {
  const pause = withHeld(withTouch(newPause(PAUSE_MS), 0), true, 1_000);
  assert.deepEqual(presenceAt(pause, MAX_HELD_MS + PAUSE_MS), { phase: "over" });
  assert.deepEqual(presenceAt(pause, MAX_HELD_MS + PAUSE_MS - 1), { phase: "warning", secondsLeft: 1 });
});

test("what ended before the last touch is no reason to wait", () => {
  let pause = withHeld(newPause(PAUSE_MS), true, 0);
  pause = withTouch(withHeld(pause, false, 5_000), 8_000);
  assert.equal(silentSince(pause, 9_000), 8_000);
});

test("a kiosk is what the address or the venue says", () => {
  assert.equal(kioskOf("", null), null);
  assert.equal(kioskOf("?lang=de", undefined), null);
  assert.deepEqual(kioskOf("?kiosk", null), { pauseMs: 45_000 });
  assert.deepEqual(kioskOf("", { pauseSeconds: 60 }), { pauseMs: 60_000 });
  assert.deepEqual(kioskOf("", {}), { pauseMs: 45_000 }, "an event's without a time");
  assert.deepEqual(kioskOf("?kiosk", { pauseSeconds: 60 }), { pauseMs: 60_000 });
  assert.deepEqual(kioskOf("?kiosk=90", { pauseSeconds: 60 }), { pauseMs: 90_000 });
  assert.deepEqual(kioskOf("?kiosk=1", null), { pauseMs: 15_000 });
  assert.deepEqual(kioskOf("?kiosk=99999", null), { pauseMs: 600_000 });
  assert.deepEqual(kioskOf("?kiosk=yes", null), { pauseMs: 45_000 });
  assert.equal(kioskOf("?kiosk=off", { pauseSeconds: 60 }), null);
});

test("addresses of a visit stay a kiosk's", () => {
  assert.equal(inSameKiosk("/p/share?session=s", "?kiosk=90"), "/p/share?session=s&kiosk=90");
  assert.equal(inSameKiosk("/p", "?kiosk"), "/p?kiosk=");
  assert.equal(inSameKiosk("/p", "?lang=de"), "/p");
});

test("something goes on until all that began has ended", () => {
  const ends = [begin("upload"), begin("upload")];
  assert.equal(isOngoing("camera", "upload"), true);
  assert.equal(isOngoing("camera"), false);
  ends[0]?.();
  ends[0]?.();
  assert.equal(isOngoing("upload"), true);
  ends[1]?.();
  assert.equal(isOngoing("upload"), false);
});
