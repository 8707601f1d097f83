import assert from "node:assert/strict";
import { test } from "node:test";
import {
  campaignIdOf,
  entranceOf,
  liveCampaignOf,
  missingOf,
  noticeOf,
  periodOf,
  proofOf,
} from "../src/model/live.ts";
import { Kept } from "../src/model/storage.ts";
import { textsOf } from "../src/model/texts.ts";

const NOON = Date.UTC(2026, 10, 29, 12);
const live = (changes: object = {}) =>
  liveCampaignOf({
    id: "c1",
    tenantId: "w1",
    name: "Spring",
    segments: [
      { id: "a", label: "A", prize: "Mug" },
      { id: "b", label: "B", prize: null },
    ],
    terms: { version: "2", url: "https://example.com/terms", minimumAge: null },
    window: { opensAt: NOON, closesAt: NOON + 1000, timeZone: "Europe/Berlin" },
    limit: { per: "campaign", plays: 3, wins: null },
    person: "uid",
    closedAt: null,
    ...changes,
  });

test("the document says whose campaign it is", () => {
  const { campaign, limit, closedAt } = live();
  const { campaignId, workspaceId, mode, terms } = campaign;
  assert.deepEqual([campaignId, workspaceId, mode], ["c1", "w1", "live"]);
  assert.deepEqual([terms?.minimumAge, limit.plays, closedAt], [0, 3, null]);
});

test("an address names a campaign, and a ticket or a visit", () => {
  assert.equal(campaignIdOf("/play/spring-1"), "spring-1");
  for (const path of ["/play/", "/play/a/b", "/play/a%2Fb", "/other/x"]) {
    assert.equal(campaignIdOf(path), null);
  }
  assert.deepEqual(entranceOf("?ticket=b1-7-Ab_c&utm=1"), { ticket: "b1-7-Ab_c" });
  assert.deepEqual(entranceOf("?projectId=p&sessionId=<b>"), { projectId: "p" });
});

test("only the proof that the campaign asks for is sent", () => {
  const entrance = { ticket: "t", projectId: "p", sessionId: "s" };
  assert.deepEqual(proofOf(live(), entrance), {});
  assert.deepEqual(proofOf(live({ person: "ticket" }), entrance), { ticket: "t" });
  const visit = { projectId: "p", sessionId: "s" };
  assert.deepEqual(proofOf(live({ person: "session" }), entrance), visit);
  assert.equal(missingOf(live({ person: "ticket" }), visit)?.reason, "ticket_missing");
  assert.equal(missingOf(live({ person: "session" }), {})?.reason, "session_missing");
  assert.equal(missingOf(live(), {}), null);
});

test("a day begins where the campaign says, and a campaign has one period", () => {
  const daily = live({ limit: { per: "day", plays: 1 } });
  const before = Date.UTC(2026, 10, 29, 22, 59);
  assert.notEqual(periodOf(daily, {}, before), periodOf(daily, {}, before + 60_000));
  assert.equal(periodOf(live(), {}, before), periodOf(live(), {}, before + 60_000));
  const tickets = live({ person: "ticket" });
  assert.notEqual(periodOf(tickets, { ticket: "a" }, 0), periodOf(tickets, { ticket: "b" }, 0));
});

test("the window is shown before and after, and not while it is open", () => {
  const texts = textsOf("en");
  assert.match(noticeOf(live(), texts, NOON - 1), /opens: .*November 29, 2026/);
  assert.equal(noticeOf(live(), texts, NOON), "");
  assert.match(noticeOf(live(), texts, NOON + 1000), /ended/);
});

test("what is kept is of one campaign and one period", () => {
  const items = new Map<string, string>();
  const store = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  };
  const kept = new Kept(store, "c1");
  assert.deepEqual([kept.asked("/day"), kept.acceptedTerms, kept.isMuted], [null, null, false]);
  kept.keepAsked("/day", 2);
  kept.acceptedTerms = "v2";
  kept.isMuted = true;
  assert.deepEqual([kept.asked("/day"), kept.asked("/next")], [2, null]);
  const other = new Kept(store, "c2");
  assert.deepEqual([other.asked("/day"), other.acceptedTerms, other.isMuted], [null, null, true]);
  items.set("play:c1:asked", "/day|nonsense");
  assert.equal(kept.asked("/day"), null);
});
