import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cameraFor,
  indexOf,
  inputOf,
  isCompleted,
  journeyOf,
  makesPicture,
  playedSession,
  valueOf,
} from "../src/model/sessions/journey.ts";
import { pictureOfEvent } from "../src/model/sessions/event-picture.ts";
import type { EventSessionView, JourneySession, Step, Value } from "../src/model/types.ts";

const step = (id: string, type: string, config = {}): Step => ({ id, type, config });
const STEPS = [
  step("hello", "info"),
  step("hologram", "hologram"),
  step("pick", "experience-picker", { variable: "selected_experience_id" }),
  step("photo", "capture"),
  step("gone", "unknown"),
  step("wait", "processing"),
  step("reward", "reward"),
];

const session = (fields: Partial<EventSessionView> = {}): EventSessionView => ({
  id: "s",
  eventId: "e",
  state: "created",
  journeyId: "j",
  currentStepIndex: 0,
  createdAt: 1,
  updatedAt: 1,
  ...fields,
});

const view = (steps = STEPS, fields: Partial<EventSessionView> = {}) =>
  ({
    session: session(fields),
    journey: { id: "j", name: "Booth" },
    steps,
    experiences: [],
  }) as unknown as JourneySession;

test("steps that are unknown or gone are passed over, and the server's positions are kept", () => {
  const journey = journeyOf(view());
  assert.deepEqual(
    journey.steps.map(({ id }) => id),
    ["hello", "pick", "photo", "wait", "reward"],
  );
  assert.deepEqual(journey.places, [0, 2, 3, 5, 6, 7]);
  const indexes = [0, 1, 2, 3, 4, 5, 6, 7].map((currentStepIndex) =>
    indexOf(journey, session({ currentStepIndex })),
  );
  assert.deepEqual(indexes, [0, 1, 1, 2, 3, 3, 4, 5]);
});

test("a journey of unknown steps alone is at its end", () => {
  const journey = journeyOf(view([step("hologram", "hologram")]));
  assert.equal(indexOf(journey, session()), 0);
  assert.equal(journey.steps.length, 0);
});

test("a session is completed where its closing steps begin, or once the picture is asked for", () => {
  const journey = journeyOf(view());
  const at = (currentStepIndex: number, state: EventSessionView["state"] = "captured") =>
    isCompleted(journey, session({ currentStepIndex, state }));
  assert.deepEqual([at(0), at(3), at(4), at(5), at(7)], [false, false, true, true, true]);
  assert.deepEqual(
    (["created", "captured", "transforming", "ready", "error"] as const).map((state) =>
      at(3, state),
    ),
    [false, false, true, true, true],
  );
});

test("a session without a journey is its photo and its picture", () => {
  const alone = { ...view([]), journey: null };
  const { journeyId: _, ...fields } = session();
  const journey = journeyOf({ ...alone, session: fields });
  const played = (state: EventSessionView["state"]) => playedSession(journey, { ...fields, state });
  assert.deepEqual(
    journey.steps.map(({ type }) => type),
    ["capture", "processing", "reward"],
  );
  assert.equal(played("created").status, "active");
  assert.equal(played("created").currentStepIndex, 0);
  assert.equal(played("captured").status, "completed");
  assert.equal(played("ready").currentStepIndex, 1);
});

test("a session goes on through its steps when its journey is removed", () => {
  const ids = (removed: JourneySession) => journeyOf(removed).steps.map(({ id }) => id);
  assert.equal(ids({ ...view(), journey: null })[0], "hello");
  assert.deepEqual(ids({ ...view([]), journey: null }), ["photo", "wait", "reward"]);
});

test("an answer of each kind is kept as a journey's input, and read back", () => {
  const cases: [Step, Value, object][] = [
    [step("a", "short_text"), "Ada", { type: "text", value: "Ada" }],
    [step("b", "long_text"), "", { type: "text", value: "" }],
    [step("c", "email"), "a@b.de", { type: "text", value: "a@b.de" }],
    [step("d", "yes_no"), false, { type: "boolean", value: false }],
    [step("e", "opinion_scale"), 0, { type: "number", value: 0 }],
    [step("f", "multiple_choice"), "tea", { type: "selection", selectedId: "tea" }],
    [step("g", "multiple_choice"), ["tea"], { type: "selections", selectedIds: ["tea"] }],
    [
      step("h", "experience-picker", { variable: "other" }),
      "x",
      { type: "selection", selectedId: "x" },
    ],
  ];
  for (const [asked, value, input] of cases) {
    assert.deepEqual(inputOf(asked, value), input);
    const stored = session({ data: { [asked.id]: input } });
    assert.deepEqual(valueOf(asked, stored), value);
    assert.equal(valueOf(asked, session()), undefined);
  }
});

test("the selected experience is a plain string, and a photo is no answer", () => {
  const data = { selected_experience_id: "x", photo: { type: "photo", url: "https://x/p.jpg" } };
  const played = playedSession(journeyOf(view()), session({ data }));
  assert.deepEqual(played.answers, [{ stepId: "pick", value: "x" }]);
  assert.deepEqual(played.capturedMedia, [
    { stepId: "photo", url: "https://x/p.jpg", contentType: null },
  ]);
});

test("a picture is promised where a photo is asked for and an experience makes it", () => {
  const promises = (
    experiences: object[],
    { steps = STEPS, fields = {} }: { steps?: Step[]; fields?: Partial<EventSessionView> } = {},
    chosen: string | null = null,
  ) => makesPicture({ ...view(steps), experiences } as JourneySession, session(fields), chosen);
  const [drawn, plain] = [
    { id: "drawn", makesPicture: true },
    { id: "plain", makesPicture: false },
  ];
  assert.equal(promises([]), true);
  assert.equal(promises([drawn, plain]), true);
  assert.equal(promises([plain]), false);
  const picked = { data: { selected_experience_id: "plain" } };
  assert.equal(promises([drawn, plain], { fields: picked }), false);
  assert.equal(promises([drawn, plain], {}, "plain"), false);
  const withoutPhoto = STEPS.filter(({ type }) => type !== "capture");
  assert.equal(promises([drawn], { steps: withoutPhoto }), false);
});

test("the camera is that of the chosen experience", () => {
  const captureConfig = { type: "photo", countdown: 0, cameraFacing: "environment" };
  const offered = {
    ...view(),
    experiences: [{ id: "x", name: "X", captureConfig }],
  } as JourneySession;
  const picked = session({ data: { selected_experience_id: "x" } });
  const settings = { facing: "environment", countdownSeconds: 0 };
  assert.deepEqual(cameraFor(offered, picked, null), settings);
  assert.deepEqual(cameraFor(offered, session(), "x"), settings);
  assert.equal(cameraFor(offered, session(), null), null);
});

test("the picture of an event's session follows its state", () => {
  const picture = (fields: Partial<EventSessionView>) => {
    const { status, reason, url } = pictureOfEvent(session(fields), true);
    return [status, reason, url];
  };
  const failed = { state: "error", error: "AI transform failed: timeout after 45s" } as const;
  assert.deepEqual(picture({ state: "captured" }), ["waiting", null, null]);
  assert.deepEqual(picture({ state: "transforming" }), ["running", null, null]);
  assert.deepEqual(picture({ state: "ready", resultImagePath: "https://x/r.png" }), [
    "completed",
    null,
    "https://x/r.png",
  ]);
  assert.deepEqual(picture({ ...failed, errorCode: "TIMEOUT" }), ["failed", "TIMEOUT", null]);
  // An earlier server left the sentence alone, which the page does not interpret.
  assert.deepEqual(picture(failed), ["failed", "UNKNOWN", null]);
  assert.deepEqual(picture({ state: "created" }), ["failed", "PHOTO_LOST", null]);
  assert.equal(pictureOfEvent(session(), false).status, "none");
});
