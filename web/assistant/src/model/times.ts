/** Times in words, in the reader's own clock and language. */

const DAY_MS = 86_400_000;

/** “at 14:05”, “tomorrow at 00:00”, “on 3 Dec at 14:05”. */
export function timeOf(at: number, now: number): string {
  const time = format(at, { hour: "2-digit", minute: "2-digit" });
  const days = dayOf(at) - dayOf(now);
  if (days === 0) return `at ${time}`;
  if (days === 1) return `tomorrow at ${time}`;
  return `on ${format(at, { day: "numeric", month: "short" })} at ${time}`;
}

/** In a list of chats: “14:05” of today, otherwise the day. */
export function dateOf(at: number, now: number): string {
  const days = dayOf(now) - dayOf(at);
  if (days <= 0) return format(at, { hour: "2-digit", minute: "2-digit" });
  if (days === 1) return "Yesterday";
  const year = new Date(at).getFullYear() === new Date(now).getFullYear() ? {} : YEAR;
  return format(at, { day: "numeric", month: "short", ...year });
}

const YEAR = { year: "numeric" } as const;

/** The number of a calendar day. */
function dayOf(at: number): number {
  const day = new Date(at);
  return Math.floor(Date.UTC(day.getFullYear(), day.getMonth(), day.getDate()) / DAY_MS);
}

function format(at: number, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(undefined, options).format(at);
}
