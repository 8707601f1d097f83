import assert from "node:assert/strict";
import { test } from "node:test";
import { completingSessions } from "../src/model/completions.ts";
import { PendingProgress } from "../src/model/outbox.ts";
import { MemoryPhotos } from "../src/model/photos/photo-store.ts";
import { Play } from "../src/model/play.ts";
import { Refusal } from "../src/model/refusals.ts";
import type { SessionBackend } from "../src/model/sessions/session-backend.ts";
import type { NextPhase, PlayedSession, Step } from "../src/model/types.ts";
import { deferred, MemoryStore } from "./memory.ts";

const SHARE: NextPhase = { phase: "share", experienceId: null, params: {}, replace: true };

/** A server for one session, as far as `Play` needs it. */
class Server {
  session: PlayedSession;
  completions = 0;
  online = true;

  constructor(
    readonly steps: Step[],
    fields: Partial<PlayedSession> = {},
  ) {
    const fresh = { id: "s", phase: "main", status: "active", updatedAt: 1 };
    const empty = { currentStepIndex: 0, answers: [], capturedMedia: [] };
    this.session = { ...fresh, ...empty, ...fields } as unknown as PlayedSession;
  }

  get backend(): SessionBackend {
    const backend: Pick<SessionBackend, "scope" | "experienceId" | "save" | "complete"> = {
      scope: "p",
      experienceId: null,
      save: async ({ answers, currentStepIndex }) => {
        this.check();
        if (this.session.status !== "active") {
          throw new Refusal("session_not_active", { status: this.session.status });
        }
        this.merge(answers);
        if (typeof currentStepIndex === "number") this.change({ currentStepIndex });
        return this.session;
      },
      complete: async (answers) => {
        this.check();
        this.merge(answers);
        if (this.session.status === "active") {
          this.completions++;
          this.change({ status: "completed" });
        }
        return { session: this.session, next: SHARE };
      },
    };
    return backend as SessionBackend;
  }

  change(fields: Partial<PlayedSession>): PlayedSession {
    this.session = { ...this.session, ...fields, updatedAt: this.session.updatedAt + 1 };
    return this.session;
  }

  answer(stepId: string): unknown {
    return this.session.answers.find((one) => one.stepId === stepId)?.value;
  }

  private merge(answers: readonly { stepId: string; value: unknown }[]): void {
    const named = new Set(answers.map(({ stepId }) => stepId));
    const others = this.session.answers.filter(({ stepId }) => !named.has(stepId));
    this.change({ answers: [...others, ...answers] as PlayedSession["answers"] });
  }

  private check(): void {
    if (!this.online) throw new Refusal("offline", {}, true);
  }
}

function open(server: Server, store = new MemoryStore(), shown: number | null = null) {
  const left = deferred<NextPhase>();
  const changes: (() => void)[] = [];
  const play = new Play(
    { session: server.session, steps: server.steps, backend: server.backend },
    {
      store,
      photos: new MemoryPhotos(),
      sendPhoto: () => Promise.reject(new Refusal("offline", {}, true)),
      shown,
      leave: left.resolve,
      changed: () => changes.splice(0).forEach((change) => change()),
    },
  );
  /** Resolves when the condition holds. */
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise<void>((resolve) => changes.push(resolve));
  };
  return { play, left: left.promise, until };
}

const text = (id: string): Step => ({ id, type: "short_text" });
const steps = [text("name"), text("wish")];

test("answers are sent, and the last one leads to the next phase", async () => {
  const server = new Server(steps);
  const { play, left } = open(server);
  play.start();
  play.submit("name", "Ada");
  play.submit("name", "Grace"); // the second tap of a double tap
  play.submit("wish", "More");
  assert.equal(await left, SHARE);
  assert.deepEqual([server.answer("name"), server.answer("wish")], ["Ada", "More"]);
  assert.equal(server.completions, 1);
});

test("what the guest has finished without a network waits to be completed, and nothing else does", async () => {
  const server = new Server(steps);
  const store = new MemoryStore();
  const { play, left, until } = open(server, store);
  server.online = false;
  play.start();
  play.submit("name", "Ada");
  assert.deepEqual(completingSessions(store), []);
  play.submit("wish", "More");
  await until(() => play.saving === "offline");
  assert.deepEqual(completingSessions(store), [{ scope: "p", sessionId: "s" }]);
  server.online = true;
  play.retryNow();
  await left;
  assert.deepEqual(completingSessions(store), []);
});

test("a reload without a network resumes at the same step with the same answers", async () => {
  const server = new Server(steps);
  const store = new MemoryStore();
  const before = open(server, store);
  server.online = false;
  before.play.submit("name", "Ada");
  await before.until(() => before.play.saving === "offline");
  before.play.close();

  const { play, until } = open(server, store);
  assert.equal(play.step?.id, "wish");
  assert.equal(play.answer("name"), "Ada");
  server.online = true;
  play.start();
  await until(() => server.answer("name") === "Ada" && play.saving === "saved");
  assert.equal(server.session.currentStepIndex, 1);
  play.close();
});

test("another tab's progress is followed, but not while the guest is typing", () => {
  const server = new Server(steps);
  const { play } = open(server);
  play.busy = true;
  play.update(server.change({ currentStepIndex: 1 }));
  assert.equal(play.index, 0);
  play.busy = false;
  play.update(server.change({ currentStepIndex: 0 }));
  play.update(server.change({ currentStepIndex: 1 }));
  assert.equal(play.index, 1);
  play.update({ ...server.session, currentStepIndex: 0, updatedAt: 0 });
  assert.equal(play.index, 1, "an older state is ignored");
  play.close();
});

test("a step that another tab has saved is followed, even if it is still pending here", () => {
  const server = new Server(steps);
  const store = new MemoryStore();
  const { play } = open(server, store);
  new PendingProgress(store, "p", "s").setIndex(1);
  play.update(server.change({ currentStepIndex: 1 }));
  assert.equal(play.index, 1);
  new PendingProgress(store, "p", "s").setIndex(0);
  play.update(server.change({ currentStepIndex: 1 }));
  assert.equal(play.index, 1);
  play.close();
});

test("a session that another tab completed leads to the next phase here too", async () => {
  const server = new Server(steps);
  const { play, left } = open(server);
  play.start();
  play.update(server.change({ status: "completed" }));
  assert.equal(await left, SHARE);
  assert.equal(server.completions, 0);
});

test("a session that ended elsewhere shows why", () => {
  const server = new Server(steps);
  const { play } = open(server);
  play.update(server.change({ status: "abandoned" }));
  assert.equal(play.ended, "abandoned");
});

test("a session completes before its closing steps, and these survive a reload", async () => {
  const closing = [text("name"), { id: "wait", type: "processing" }, { id: "end", type: "reward" }];
  const server = new Server(closing);
  const { play, until } = open(server);
  play.start();
  play.submit("name", "Ada");
  assert.equal(play.step?.id, "wait");
  await until(() => play.session.status === "completed");
  assert.equal(play.canGoBack, false);
  play.submit("wait", undefined);
  play.close();

  const again = open(server, new MemoryStore(), 2);
  again.play.start();
  assert.equal(again.play.step?.id, "end");
  again.play.submit("end", undefined);
  assert.equal(await again.left, SHARE);
  assert.equal(server.completions, 1);
});

test("a step that needs an answer and is not shown ends the play, and does not go in a circle", async () => {
  const server = new Server(steps);
  const { play, until } = open(server);
  let missing = ["hologram"];
  let completions = 0;
  play.backend.complete = () => {
    completions += 1;
    return Promise.reject(new Refusal("steps_incomplete", { steps: missing }));
  };
  missing = ["hologram", "name"];
  play.start();
  play.submit("name", undefined);
  play.submit("wish", undefined);
  await until(() => play.refused.has("name") && !play.leaving);
  missing = ["hologram"];
  play.submit("name", "Ada");
  play.submit("wish", undefined);
  await until(() => play.ended !== null);
  assert.equal(play.ended, "steps_unknown");
  assert.equal(completions, 2);
});

test("only the last step of a session that ends the visit is its end", () => {
  const server = new Server(steps);
  const { play } = open(server);
  const backend = play.backend as { endsVisit: boolean };
  backend.endsVisit = true;
  assert.equal(play.isEnd, false);
  play.submit("name", "Ada");
  assert.equal(play.isEnd, true);
  backend.endsVisit = false;
  assert.equal(play.isEnd, false);
  play.close();
});

test("a step that still needs an answer is shown again", async () => {
  const server = new Server(steps);
  const { play, until } = open(server);
  const refusal = new Refusal("steps_incomplete", { steps: ["name"] });
  play.backend.complete = () => Promise.reject(refusal);
  play.start();
  play.submit("name", undefined);
  play.submit("wish", undefined);
  await until(() => play.refused.has("name"));
  assert.equal(play.step?.id, "name");
  assert.deepEqual(play.refused.get("name"), { reason: "needed" });
  play.close();
});
