import assert from "node:assert/strict";
import { test } from "node:test";
import type { StepType } from "../src/model/step-types.ts";
import { RENDERERS, rendererOf } from "../src/steps/renderers.tsx";

test("a table that lacks a step type does not compile", () => {
  type Incomplete = Omit<typeof RENDERERS, "reward">;
  const incomplete: Incomplete = RENDERERS;
  // @ts-expect-error
  void (incomplete satisfies Record<StepType, unknown>);
});

test("a table with a type that the contract lacks does not compile", () => {
  // @ts-expect-error
  void ({ ...RENDERERS, hologram: null } satisfies Record<StepType, unknown>);
});

test("a type that is not known has no renderer", () => {
  assert.equal(rendererOf("hologram"), null);
  assert.equal(rendererOf("constructor"), null);
  assert.equal(rendererOf("reward"), RENDERERS.reward);
});
