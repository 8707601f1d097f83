/** The list of chats. */

import type { Session, SessionPage } from "./types.ts";

/** The list with its first page as it is now. */
export function withFirstPage(before: Session[], { items, nextPageToken }: SessionPage): Session[] {
  // What is as new as these and not among them is gone.
  const oldest = items.at(-1)?.lastMessageAt ?? -Infinity;
  return merged(before, items, nextPageToken === null ? -Infinity : oldest);
}

/** The list with these chats as they are now, and without others that were written to after `since`. */
export function merged(before: Session[], found: Session[], since = Infinity): Session[] {
  const kept = before.filter(({ lastMessageAt }) => lastMessageAt <= since);
  const byId = new Map(kept.map((session) => [session.id, session]));
  for (const session of found) byId.set(session.id, session);
  return [...byId.values()].sort(
    (a, b) => b.lastMessageAt - a.lastMessageAt || (a.id < b.id ? 1 : -1),
  );
}
