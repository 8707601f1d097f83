/** What a live campaign's public document and its address say about playing, beyond its looks. */

import { type Campaign, campaignOf } from "./campaign.ts";
import type { Problem } from "./machine.ts";
import { fill, type Texts, timeText } from "./texts.ts";

export interface LiveCampaign {
  campaign: Campaign;
  window: { opensAt: number; closesAt: number; timeZone: string };
  limit: { per: "campaign" | "day"; plays: number };
  person: "uid" | "session" | "ticket";
  closedAt: number | null;
}

/** What `playCampaign` takes of an address: a ticket, or a session of a project. */
export interface Entrance {
  ticket?: string;
  projectId?: string;
  sessionId?: string;
}

/** The document as it is stored. Throws if it cannot be played. */
export function liveCampaignOf(document: Record<string, unknown>): LiveCampaign {
  const { window, limit, person, closedAt } = document as Partial<LiveCampaign>;
  return {
    campaign: campaignOf(document, "live"),
    window: { opensAt: 0, closesAt: Infinity, timeZone: "UTC", ...window },
    limit: { per: "campaign", plays: 1, ...limit },
    person: person ?? "uid",
    closedAt: closedAt ?? null,
  };
}

/** The campaign's id of `/play/{campaignId}`, or null. */
export function campaignIdOf(path: string): string | null {
  return /^\/play\/([A-Za-z0-9_-]{1,128})\/?$/.exec(path)?.[1] ?? null;
}

/** The ticket or the session of the query; values that are no ids are left out. */
export function entranceOf(query: string): Entrance {
  const given = new URLSearchParams(query);
  const entrance: Entrance = {};
  for (const name of ["ticket", "projectId", "sessionId"] as const) {
    const value = given.get(name);
    if (value !== null && /^[A-Za-z0-9_.~-]{1,256}$/.test(value)) entrance[name] = value;
  }
  return entrance;
}

/** What this kind of campaign needs of its address and does not find there. */
export function missingOf({ person }: LiveCampaign, entrance: Entrance): Problem | null {
  if (person === "ticket" && !entrance.ticket) return { reason: "ticket_missing", details: {} };
  const isVisit = entrance.projectId && entrance.sessionId;
  if (person === "session" && !isVisit) return { reason: "session_missing", details: {} };
  return null;
}

/** Why nobody can play at this address, as far as the page knows before it asks. */
export function obstacleOf(live: LiveCampaign, entrance: Entrance): Problem | null {
  if (live.closedAt !== null) return { reason: "closed", details: {} };
  return missingOf(live, entrance);
}

/** The part of the request that this kind of campaign takes. */
export function proofOf({ person }: LiveCampaign, entrance: Entrance): Entrance {
  const { ticket, projectId, sessionId } = entrance;
  if (person === "ticket" && ticket) return { ticket };
  if (person === "session" && projectId && sessionId) return { projectId, sessionId };
  return {};
}

/** Whose plays are counted from 1, and since when: by ticket or session, and by day if need be. */
export function periodOf(live: LiveCampaign, entrance: Entrance, now: number): string {
  const { ticket, sessionId } = proofOf(live, entrance);
  const who = ticket ?? sessionId ?? "";
  return live.limit.per === "day" ? `${who}/${dayOf(now, live.window.timeZone)}` : who;
}

/** `2026-11-29`: the day at this moment in this time zone. */
function dayOf(now: number, timeZone: string): string {
  const style = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  try {
    return new Intl.DateTimeFormat("sv", { ...style, timeZone }).format(now);
  } catch {
    return new Intl.DateTimeFormat("sv", style).format(now);
  }
}

/**
 * What this device's clock says about the window. It is shown and decides nothing, because the
 * clock may be wrong: the server refuses.
 */
export function noticeOf({ window, campaign }: LiveCampaign, texts: Texts, now: number): string {
  if (now < window.opensAt) {
    return fill(texts.problems.not_open.text, { at: timeText(window.opensAt, campaign.locale) });
  }
  return now >= window.closesAt ? texts.problems.closed.text : "";
}
