/** How a label fits into its segment: font size, lines, and where each line goes. */

/** The wheel's radius in its own units, in which everything here is measured. */
export const RADIUS = 200;
/** The radius of the hub, which covers the inner ends of the segments. */
export const HUB = 46;

export interface Line {
  text: string;
  x: number;
  y: number;
}

export interface Label {
  fontSize: number;
  lines: readonly Line[];
  /** How far the text is turned against the segment's middle, which points upwards. */
  turn: 0 | -90;
  /** Whether the whole label is shown. */
  isWhole: boolean;
}

/** The width of a text at a font size of 1. */
export type Measure = (text: string) => number;

const MIDDLE = 128; // between the hub and the rim, and a little outwards, where segments are wider
const EDGE = 14; // between the text and the rim
const SIDE = 5; // between the text and the lines beside it
const LINE = 1.16;
const MAX_SIZE = 27;
/** At the width of a phone, 11 pixels. */
const MIN_SIZE = 13;
const MAX_LINES = 4;
const MAX_ACROSS = 7;
const ELLIPSIS = "…";

interface Candidate {
  fontSize: number;
  widths: readonly number[];
  positions: readonly { x: number; y: number }[];
}

/**
 * The label in the largest font that shows all of it, else as much as the smallest one shows.
 *
 * Wide segments hold it across, so that it is upright under the pointer. Narrow ones hold it along
 * the spoke.
 */
export function layoutLabel(text: string, count: number, measure: Measure): Label {
  const isAcross = count <= MAX_ACROSS;
  const turn = isAcross ? 0 : -90;
  const candidates = isAcross ? across : along;
  const label = text.replace(/\s+/gu, " ").trim();
  let best: { candidate: Candidate; lines: string[]; shown: number } | null = null;
  for (let fontSize = MAX_SIZE; fontSize >= MIN_SIZE; fontSize--) {
    for (const candidate of candidates(count, fontSize)) {
      const broken = breakLines(label, candidate.widths, (part) => measure(part) * fontSize);
      if (broken.isWhole) return labelOf(candidate, broken.lines, turn, true);
      const shown = broken.lines.join("").length;
      if (best === null || shown >= best.shown) best = { candidate, lines: broken.lines, shown };
    }
  }
  return best
    ? labelOf(best.candidate, best.lines, turn, false)
    : { fontSize: MIN_SIZE, lines: [], turn, isWhole: false };
}

function labelOf(
  { fontSize, positions }: Candidate,
  texts: readonly string[],
  turn: Label["turn"],
  isWhole: boolean,
): Label {
  const lines = texts.map((text, at) => ({
    text,
    x: positions[at]?.x ?? 0,
    y: positions[at]?.y ?? 0,
  }));
  return { fontSize, lines, turn, isWhole };
}

/** Lines across the segment: as near to its middle as they fit, so that short labels are there. */
function* across(count: number, fontSize: number): Generator<Candidate> {
  const height = fontSize * LINE;
  for (let lines = 1; lines <= MAX_LINES; lines++) {
    const tops: number[] = [];
    for (let top = RADIUS - EDGE - 8; top - lines * height >= HUB + SIDE; top -= 8) tops.push(top);
    const distance = (top: number) => Math.abs(top - (lines * height) / 2 - MIDDLE);
    for (const outer of tops.sort((one, other) => distance(one) - distance(other))) {
      const each = Array.from({ length: lines }, (_, at) => outer - at * height);
      const widths = each.map((top) => {
        const round = 2 * Math.sqrt((RADIUS - EDGE) ** 2 - top ** 2);
        const wedge = 2 * (top - height) * Math.tan(Math.PI / count);
        return Math.min(round, count > 2 ? wedge : round) - 2 * SIDE;
      });
      if (widths.some((width) => width < fontSize * 2)) continue;
      yield { fontSize, widths, positions: each.map((top) => ({ x: 0, y: -(top - height / 2) })) };
    }
  }
}

/** Lines along the spoke, which reach as far inwards as the segment is high enough for them. */
function* along(count: number, fontSize: number): Generator<Candidate> {
  const height = fontSize * LINE;
  for (let lines = 1; lines <= MAX_LINES; lines++) {
    const half = (lines * height) / 2;
    const inner = Math.max(HUB + SIDE, (half + 1) / Math.tan(Math.PI / count));
    const outer = Math.sqrt((RADIUS - EDGE) ** 2 - half ** 2);
    const width = outer - inner;
    if (width < fontSize * 2) return;
    const middle = (inner + outer) / 2;
    const positions = Array.from({ length: lines }, (_, at) => ({
      x: middle,
      y: (at - (lines - 1) / 2) * height,
    }));
    yield { fontSize, widths: Array.from({ length: lines }, () => width), positions };
  }
}

/** The text in lines of at most these widths, cut with an ellipsis if it does not fit. */
export function breakLines(
  text: string,
  widths: readonly number[],
  measure: Measure,
): { lines: string[]; isWhole: boolean } {
  const lines: string[] = [];
  let rest = text;
  for (const [at, width] of widths.entries()) {
    if (rest === "") break;
    if (measure(rest) <= width) return { lines: [...lines, rest], isWhole: true };
    if (at === widths.length - 1) {
      return { lines: [...lines, cut(rest, width, measure)], isWhole: false };
    }
    const line = firstWords(rest, width, measure);
    // A word that is wider than its line is no reason to leave the line empty.
    if (line === "") return { lines: [...lines, cut(rest, width, measure)], isWhole: false };
    lines.push(line);
    rest = rest.slice(line.length).trimStart();
  }
  return { lines, isWhole: rest === "" };
}

function firstWords(text: string, width: number, measure: Measure): string {
  let fitting = "";
  for (const { index } of text.matchAll(/ |$/gu)) {
    const candidate = text.slice(0, index);
    if (measure(candidate) > width) break;
    fitting = candidate;
  }
  return fitting;
}

/** As many letters as fit with an ellipsis. Letters are not split from their accents. */
function cut(text: string, width: number, measure: Measure): string {
  let fitting = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (measure(`${fitting}${segment}${ELLIPSIS}`) > width) break;
    fitting += segment;
  }
  return `${fitting.trimEnd()}${ELLIPSIS}`;
}
