import assert from "node:assert/strict";
import { test } from "node:test";
import type { Backend } from "../src/model/backend.ts";
import { MemoryPhotos } from "../src/model/photos/photo-store.ts";
import { Play } from "../src/model/play.ts";
import { Refusal } from "../src/model/refusals.ts";
import { EventSession } from "../src/model/sessions/event-session.ts";
import type { EventSessionView, JourneySession, StepInput } from "../src/model/types.ts";
import { MemoryStore } from "./memory.ts";

const STEPS = [
  { id: "name", type: "short_text", config: { required: true } },
  { id: "hologram", type: "hologram" },
  { id: "photo", type: "capture" },
  { id: "mood", type: "yes_no" },
  { id: "wait", type: "processing" },
  { id: "reward", type: "reward" },
];
const IDS = { eventId: "e", sessionId: "s" };

/** The callables of one event session, as far as they decide something here. */
class Server {
  session: EventSessionView;
  /** What to refuse, by callable. */
  readonly refusals = new Map<string, Refusal>();
  readonly called: [string, object][] = [];
  photoStands = true;

  constructor(
    readonly steps: object[] | null = STEPS,
    fields: Partial<EventSessionView> = {},
  ) {
    const journey = steps ? { journeyId: "j", currentStepIndex: 0, data: {} } : {};
    const times = { createdAt: 1, updatedAt: 1 };
    this.session = { id: "s", eventId: "e", state: "created", ...journey, ...times, ...fields };
  }

  open(experienceId: string | null = null): EventSession {
    const backend = { calls: this.calls, uid: "u" } as unknown as Backend;
    return new EventSession(backend, this.view, experienceId);
  }

  get view(): JourneySession {
    const journey = this.steps ? { id: "j" } : null;
    const view = { session: this.session, journey, steps: this.steps ?? [], experiences: [] };
    return view as unknown as JourneySession;
  }

  private get calls() {
    const call =
      <R extends object>(name: string, answer: (request: R) => Partial<EventSessionView>) =>
      async (request: R) => {
        this.called.push([name, request]);
        const refusal = this.refusals.get(name);
        if (refusal) throw refusal;
        return this.change(answer(request));
      };
    return {
      getEventSession: async () => this.view,
      saveStepInput: call("saveStepInput", (request: { stepId: string; input: StepInput }) => ({
        data: { ...this.session.data, [request.stepId]: request.input },
      })),
      goToStep: call("goToStep", ({ index }: { index: number }) => ({ currentStepIndex: index })),
      createCaptureUpload: async (request: object) => {
        this.called.push(["createCaptureUpload", request]);
        const refusal = this.refusals.get("createCaptureUpload");
        if (refusal) throw refusal;
        return { url: "https://x", method: "PUT", headers: {} };
      },
      saveCapture: call("saveCapture", (request: { stepId?: string }) => ({
        state: "captured",
        ...(request.stepId
          ? { data: { ...this.session.data, [request.stepId]: { type: "photo", url: "https://p" } } }
          : {}),
      })),
      triggerTransform: call("triggerTransform", () => {
        if (this.session.state === "error" && !this.photoStands) {
          throw new Refusal("move_not_allowed", { from: "error", to: "transforming" });
        }
        return { state: "transforming" };
      }),
      retryJourney: call("retryJourney", () => ({
        state: this.photoStands ? "captured" : "created",
      })),
    };
  }

  change(fields: Partial<EventSessionView>): EventSessionView {
    this.session = { ...this.session, ...fields, updatedAt: this.session.updatedAt + 1 };
    return this.session;
  }

  get names(): string[] {
    return this.called.map(([name]) => name);
  }
}

function play(session: EventSession) {
  const changes: (() => void)[] = [];
  let left = false;
  const options = {
    store: new MemoryStore(),
    photos: new MemoryPhotos(),
    sendPhoto: () => Promise.reject(new Refusal("offline", {}, true)),
    shown: null,
    leave: () => (left = true),
    changed: () => changes.splice(0).forEach((change) => change()),
  };
  const { steps, played } = session;
  const opened = new Play({ session: played, steps, backend: session }, options);
  opened.start();
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise<void>((resolve) => changes.push(resolve));
  };
  return { play: opened, until, hasLeft: () => left };
}

test("a journey is played through the unknown step to its picture", async () => {
  const server = new Server();
  const session = server.open();
  const { play: played, until } = play(session);
  played.submit("name", "Ada");
  assert.equal(played.step?.id, "photo");
  await until(() => server.session.currentStepIndex === 2);
  assert.deepEqual(server.session.data, { name: { type: "text", value: "Ada" } });
  assert.equal(server.session.currentStepIndex, 2);

  played.update(await session.confirmUpload("photo"));
  played.submit("photo", undefined);
  played.submit("mood", true);
  assert.equal(played.step?.id, "wait");
  await until(() => played.session.status === "completed");
  assert.equal(server.session.state, "transforming");
  assert.equal(server.session.currentStepIndex, 4);
  assert.equal(played.canGoBack, false);
  await session.finish();
  assert.equal(server.session.currentStepIndex, 6);
  assert.equal(server.open().isAtEnd, true);
  played.close();
});

test("an answer that is refused is named by its place, and one to a step that is gone is dropped", async () => {
  const server = new Server();
  const refuse = (path: string) =>
    server.refusals.set(
      "saveStepInput",
      new Refusal("invalid_request", { issues: [{ path, message: "no" }] }),
    );
  const answers = [{ stepId: "name", value: "Ada" }];
  refuse("input.value");
  await assert.rejects(server.open().save({ answers }), (refusal: Refusal) => {
    assert.deepEqual(refusal.issues, [{ path: "answers[0]", message: "no" }]);
    return true;
  });
  refuse("stepId");
  await server.open().save({ answers: [...answers, { stepId: "absent", value: "?" }] });
});

test("a step that still needs an answer holds up the end, and not each move", async () => {
  const server = new Server(STEPS, { state: "captured", currentStepIndex: 3 });
  const missing = new Refusal("steps_incomplete", { steps: ["name"] });
  server.refusals.set("goToStep", missing);
  await assert.rejects(server.open().save({ answers: [], currentStepIndex: 2 }), (error: Refusal) => {
    assert.equal(error.issues[0]?.path, "currentStepIndex");
    return true;
  });
  await assert.rejects(server.open().complete([]), missing);
  assert.equal(server.names.includes("triggerTransform"), false);
});

test("a picture that is refused leaves the session completed, and is asked for again", async () => {
  const server = new Server(STEPS, { state: "captured", currentStepIndex: 3 });
  server.refusals.set("triggerTransform", new Refusal("daily_limit_reached"));
  const session = server.open();
  assert.equal((await session.complete([])).session.status, "completed");
  const picture = session.picture();
  await assert.rejects(picture.start(), { reason: "daily_limit_reached" });
  server.refusals.clear();
  await picture.start();
  assert.equal(picture.current().status, "running");
  await picture.start();
  assert.equal(server.names.filter((name) => name === "triggerTransform").length, 3);
});

test("a retry transforms the photo again, or asks for another one if it is lost", async () => {
  const failed = { state: "error", currentStepIndex: 4, error: "AI transform failed: x" } as const;
  const server = new Server(STEPS, failed);
  await server.open().picture().retry();
  assert.deepEqual(server.names, ["triggerTransform"]);

  const lost = new Server(STEPS, failed);
  lost.photoStands = false;
  const picture = lost.open().picture();
  await picture.retry();
  assert.deepEqual(lost.names, ["triggerTransform", "retryJourney"]);
  assert.deepEqual([picture.current().status, picture.current().reason], ["failed", "PHOTO_LOST"]);
});

test("another photo after an error leads back to the capture, in every tab", async () => {
  const failed = { state: "error", currentStepIndex: 6, error: "AI transform failed: x" } as const;
  const server = new Server(STEPS, failed);
  const session = server.open();
  const other = play(server.open());
  await session.retake();
  assert.deepEqual(
    [server.session.state, server.session.currentStepIndex, session.played.status],
    ["captured", 2, "active"],
  );
  assert.equal(other.play.step?.id, "wait");
  await other.play.backend.read().then((read) => other.play.update(read));
  assert.equal(other.play.step?.id, "photo");
  assert.equal(other.play.isActive, true);
  other.play.close();
});

test("without a journey the calls name no step, and the address names the experience", async () => {
  const server = new Server(null);
  const session = server.open("cartoon");
  await session.createUpload("photo", "image/jpeg", 5);
  const { status } = await session.confirmUpload("photo");
  await session.complete([]);
  await session.finish();
  assert.equal(status, "completed");
  assert.deepEqual(server.called, [
    ["createCaptureUpload", { ...IDS, contentType: "image/jpeg", sizeBytes: 5 }],
    ["saveCapture", IDS],
    ["triggerTransform", { ...IDS, experienceId: "cartoon" }],
  ]);

  server.change({ state: "error", error: "AI transform failed: x" });
  const failed = server.open("cartoon");
  await failed.retake();
  assert.deepEqual([failed.played.status, failed.played.currentStepIndex], ["active", 0]);
  assert.equal((await failed.confirmUpload("photo")).status, "completed");
});

test("a session that is transformed takes no photo, as if it had been completed elsewhere", async () => {
  const server = new Server(STEPS, { state: "transforming", currentStepIndex: 4 });
  for (const name of ["createCaptureUpload", "saveCapture"]) {
    server.refusals.set(name, new Refusal("move_not_allowed", { from: "transforming" }));
  }
  const session = server.open();
  const ended = { reason: "session_not_active", details: { status: "completed" } };
  await assert.rejects(session.createUpload("photo", "image/jpeg", 5), ended);
  await assert.rejects(session.confirmUpload("photo"), ended);
});
