import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, parseRoute } from "../src/model/routes.ts";
import type { NextPhase } from "../src/model/types.ts";

const next = (phase: NextPhase["phase"], params = {}, experienceId: string | null = null) =>
  addressOf("summer", { phase, experienceId, params, replace: true });

test("every phase has an address that leads back to it", () => {
  const cases = [
    [next("welcome"), "/summer", { phase: "welcome", projectId: "summer" }],
    [
      next("pregate", { experience: "cartoon" }, "rules"),
      "/summer/pregate?experience=cartoon",
      { phase: "pregate", projectId: "summer", chosen: "cartoon" },
    ],
    [
      next("main", { pregate: "s1" }, "cartoon"),
      "/summer/experience/cartoon?pregate=s1",
      { phase: "main", projectId: "summer", experienceId: "cartoon", pregate: "s1" },
    ],
    [
      next("preshare", { session: "s2" }, "feedback"),
      "/summer/preshare?session=s2",
      { phase: "preshare", projectId: "summer", mainSessionId: "s2" },
    ],
    [
      next("share", { session: "s2" }),
      "/summer/share?session=s2",
      { phase: "share", projectId: "summer", mainSessionId: "s2" },
    ],
  ] as const;
  for (const [address, expected, route] of cases) {
    assert.equal(address, expected);
    const { pathname, search } = new URL(address, "https://example.com");
    assert.deepEqual(parseRoute(pathname, search), route);
  }
});

test("an address without a project has no page, and an unknown one leads to the welcome", () => {
  assert.deepEqual(parseRoute("/"), { phase: "none" });
  assert.deepEqual(parseRoute("/<script>"), { phase: "none" });
  const welcome = { phase: "welcome", projectId: "summer" };
  const lost = ["/summer/", "/summer/share", "/summer/experience", "/summer/nowhere"];
  for (const path of [...lost, "/summer/experience/a/b", "/summer/experience/%2e"]) {
    assert.deepEqual(parseRoute(path), welcome, path);
  }
  assert.deepEqual(parseRoute("/summer/share", "?session=../x"), welcome);
});

test("an event has an address of its own, and a project of that name has none", () => {
  const journey = { phase: "journey", eventId: "summer", experienceId: null };
  for (const path of ["/e/summer", "/e/summer/", "/e/summer/share", "/e/summer/a/b"]) {
    assert.deepEqual(parseRoute(path), journey, path);
  }
  const chosen = { ...journey, experienceId: "cartoon" };
  assert.deepEqual(parseRoute("/e/summer", "?experience=cartoon"), chosen);
  for (const path of ["/e", "/e/", "/e/%2e"]) assert.deepEqual(parseRoute(path), { phase: "none" });
});
