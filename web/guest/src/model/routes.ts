/** The page's addresses, and the address of the phase in a response of `getNextPhase`. */

import type { NextPhase } from "./types.ts";

export type Route =
  | { phase: "none" }
  | { phase: "welcome"; projectId: string }
  | { phase: "pregate"; projectId: string; chosen: string | null }
  | { phase: "main"; projectId: string; experienceId: string; pregate: string | null }
  | { phase: "preshare"; projectId: string; mainSessionId: string }
  | { phase: "share"; projectId: string; mainSessionId: string }
  | { phase: "journey"; eventId: string; experienceId: string | null };

const ID = /^[A-Za-z0-9_-]{1,128}$/;
/** The first segment of an event's address. It is among the server's `RESERVED_IDS` of projects. */
const EVENTS = "e";

/** The route of an address. An unknown one leads to the welcome of its project, or to its event. */
export function parseRoute(path: string, search = ""): Route {
  const [projectId, segment, experienceId, ...rest] = path.split("/").filter(Boolean);
  if (projectId === undefined || !ID.test(projectId)) return { phase: "none" };
  const query = new URLSearchParams(search);
  const id = (name: string) => {
    const value = query.get(name);
    return value !== null && ID.test(value) ? value : null;
  };
  if (projectId === EVENTS) {
    if (segment === undefined || !ID.test(segment)) return { phase: "none" };
    return { phase: "journey", eventId: segment, experienceId: id("experience") };
  }
  const welcome: Route = { phase: "welcome", projectId };
  if (rest.length > 0) return welcome;
  if (segment === "experience" && experienceId !== undefined && ID.test(experienceId)) {
    return { phase: "main", projectId, experienceId, pregate: id("pregate") };
  }
  if (experienceId !== undefined) return welcome;
  if (segment === "pregate") return { phase: "pregate", projectId, chosen: id("experience") };
  const mainSessionId = id("session");
  if ((segment === "preshare" || segment === "share") && mainSessionId !== null) {
    return { phase: segment, projectId, mainSessionId };
  }
  return welcome;
}

/** The address of the phase that the server named. */
export function addressOf(projectId: string, next: NextPhase): string {
  const base = `/${projectId}`;
  if (next.phase === "welcome") return base;
  const query = new URLSearchParams(next.params).toString();
  const segment = next.phase === "main" ? `experience/${next.experienceId}` : next.phase;
  return `${base}/${segment}${query && `?${query}`}`;
}

/** An address of this site with the parameter that the page's own address has, if it has it. */
export function withSameParameter(name: string, address: string, search: string): string {
  const value = new URLSearchParams(search).get(name);
  if (value === null) return address;
  const [path = "", query = ""] = address.split("?");
  const parameters = new URLSearchParams(query);
  parameters.set(name, value);
  return `${path}?${parameters}`;
}
