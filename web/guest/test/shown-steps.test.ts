import assert from "node:assert/strict";
import { test } from "node:test";
import type { Backend } from "../src/model/backend.ts";
import { ProjectSession } from "../src/model/sessions/project-session.ts";
import { newerTypes, shownIndex, shownSteps } from "../src/model/sessions/shown-steps.ts";
import type { Project, SessionWithSteps, Step } from "../src/model/types.ts";

const STEPS: Step[] = [
  { id: "hologram", type: "hologram" },
  { id: "name", type: "short_text" },
  { id: "gone", type: "unknown" },
  { id: "scent", type: "scent" },
  { id: "photo", type: "capture" },
  { id: "second", type: "hologram" },
];

test("unknown steps are passed over, and the server's places are kept", () => {
  const shown = shownSteps(STEPS);
  assert.deepEqual(shown.steps.map(({ id }) => id), ["name", "photo"]);
  assert.deepEqual(shown.places, [1, 4, 6]);
  assert.deepEqual([0, 1, 2, 4, 5, 6].map((place) => shownIndex(shown, place)), [0, 0, 1, 1, 2, 2]);
});

test("a newer page may know a type that the server knows, and none that is gone", () => {
  assert.deepEqual(newerTypes(STEPS), ["hologram", "scent"]);
  assert.deepEqual(newerTypes([{ id: "a", type: "info" }]), []);
});

interface Opened {
  phase?: "pregate" | "main" | "preshare";
  makesPicture?: boolean;
  preshare?: { enabled: boolean } | null;
}

function opened({ phase = "main", makesPicture = false, preshare = null }: Opened = {}) {
  const sent: object[] = [];
  const session = { id: "s", phase, status: "active", currentStepIndex: 3, answers: [] };
  const calls = {
    updateSessionProgress: async (request: { currentStepIndex?: number }) => {
      sent.push(request);
      return { ...session, currentStepIndex: request.currentStepIndex ?? 3 };
    },
    completeSession: async () => ({ session: { ...session, currentStepIndex: 5 }, next: {} }),
  };
  const project = { id: "p", experiences: { main: [], preshare } } as unknown as Project;
  const view = { session, steps: STEPS, makesPicture } as unknown as SessionWithSteps;
  return { sent, session: new ProjectSession({ calls } as unknown as Backend, project, view) };
}

test("a project's session is played through the steps that are shown", async () => {
  const { sent, session } = opened();
  assert.equal(session.played.currentStepIndex, 1);
  const saved = await session.save({ answers: [], currentStepIndex: 1 });
  assert.deepEqual(sent, [{ projectId: "p", sessionId: "s", answers: [], currentStepIndex: 4 }]);
  assert.equal(saved.currentStepIndex, 1);
  await session.save({ answers: [] });
  assert.deepEqual(sent[1], { projectId: "p", sessionId: "s", answers: [] });
  assert.equal((await session.complete([])).session.currentStepIndex, 2);
});

test("a visit ends where neither a picture nor another phase follows", () => {
  const ends = (fields: Opened) => opened(fields).session.endsVisit;
  assert.equal(ends({}), true);
  assert.equal(ends({ preshare: { enabled: false } }), true);
  assert.equal(ends({ preshare: { enabled: true } }), false);
  assert.equal(ends({ makesPicture: true }), false);
  assert.equal(ends({ phase: "pregate" }), false);
  assert.equal(ends({ phase: "preshare" }), false);
});
