/** The arguments of a proposal as a list that people can read. */

export interface Argument {
  label: string;
  value: string;
}

const MAX_DEPTH = 4;
const NONE = "none";
// Marks that have a reader see text in another order than it is in.
const REORDERING = /[\u202a-\u202e\u2066-\u2069]/g;

export function argumentsOf(given: Record<string, unknown>): Argument[] {
  return Object.entries(given).flatMap(([name, value]) =>
    listed(wordsOf(name), value, 1).map((each) => ({
      label: inOrder(each.label),
      value: inOrder(each.value),
    })),
  );
}

/** A text as it is stored: what would have it read in another order is shown as a mark instead. */
function inOrder(text: string): string {
  return text.replace(REORDERING, "\ufffd");
}

/** `maxPlaysPerDay` and `max_plays_per_day` as “Max plays per day”. */
export function wordsOf(name: string): string {
  const words = name
    .replace(/[_-]+/g, " ")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .trim()
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function listed(label: string, value: unknown, depth: number): Argument[] {
  if (value === null || value === undefined || value === "") return [{ label, value: NONE }];
  if (typeof value === "boolean") return [{ label, value: value ? "yes" : "no" }];
  if (typeof value !== "object") return [{ label, value: String(value) }];
  if (depth >= MAX_DEPTH) return [{ label, value: JSON.stringify(value) }];
  if (Array.isArray(value)) {
    if (value.every((each) => typeof each !== "object" || each === null)) {
      return [{ label, value: value.length ? value.map(String).join(", ") : NONE }];
    }
    return value.flatMap((each, index) => listed(`${label} ${index + 1}`, each, depth + 1));
  }
  const fields = Object.entries(value);
  if (fields.length === 0) return [{ label, value: NONE }];
  return fields.flatMap(([name, each]) =>
    listed(`${label}, ${wordsOf(name).toLowerCase()}`, each, depth + 1),
  );
}
