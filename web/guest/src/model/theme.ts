/** The colours of a project or an event, readable in light and dark whatever it chose. */

import type { Theme } from "./types.ts";

type Rgb = [number, number, number];

const FALLBACK = "#4a3aff";
const WHITE: Rgb = [255, 255, 255];
const INK: Rgb = [23, 21, 34];
/** WCAG 2.2, 1.4.3: contrast of text. */
const READABLE = 4.5;
/** WCAG 2.2, 1.4.11: contrast of what shows a control, its state or progress. */
const VISIBLE = 3;

export type Mode = "light" | "dark";

export interface Palette {
  brand: string;
  /** Text on `brand`. */
  onBrand: string;
  /** A second colour for gradients on which `onBrand` is readable too. */
  brandDeep: string;
  /** The brand as text on `page`, `surface` and `soft`. */
  brandInk: string;
  /** The brand as progress and as the edge of what is chosen, on all of the backgrounds. */
  mark: string;
  page: string;
  surface: string;
  soft: string;
  /** What progress has still to fill. */
  line: string;
  /** The edge of a control. */
  edge: string;
  ink: string;
  inkSoft: string;
  bad: string;
  badSoft: string;
  good: string;
}

/** What a mode adds to a brand: the page's own shades, each with a little of the brand in it. */
interface Shades {
  page: [Rgb, number];
  surface: [Rgb, number];
  soft: [Rgb, number];
  line: [Rgb, number];
  /** What stands out of the page. */
  contrast: Rgb;
  texts: Pick<Palette, "ink" | "inkSoft" | "bad" | "badSoft" | "good">;
}

const SHADES: Record<Mode, Shades> = {
  light: {
    page: [[251, 251, 253], 0.965],
    surface: [WHITE, 1],
    soft: [[245, 244, 249], 0.9],
    line: [[222, 220, 230], 0.93],
    contrast: INK,
    texts: {
      ink: "#171522",
      inkSoft: "#5a566b",
      bad: "#b3142c",
      badSoft: "#fdecee",
      good: "#147a46",
    },
  },
  dark: {
    page: [[17, 16, 23], 0.965],
    surface: [[30, 28, 39], 0.95],
    soft: [[40, 38, 52], 0.9],
    line: [[58, 56, 72], 0.93],
    contrast: WHITE,
    texts: {
      ink: "#f4f3fa",
      inkSoft: "#bcb8ca",
      bad: "#ff9aa5",
      badSoft: "#3d1a22",
      good: "#74d8a0",
    },
  },
};

/** The palette of a theme in a mode. An invalid colour gives the page's own. */
export function paletteOf(theme: Theme | null, mode: Mode = "light"): Palette {
  const given = String(theme?.primaryColor ?? "");
  const asked = parseHex(/^#[0-9a-f]{6}$/i.test(given) ? given : FALLBACK);
  const isDark = contrast(asked, WHITE) >= READABLE;
  const onBrand = isDark || contrast(asked, WHITE) >= contrast(asked, INK) ? WHITE : INK;
  const away = onBrand === WHITE ? INK : WHITE;
  // On some colours neither white nor ink reaches 4.5: shift those until one does.
  const brand = shiftUntil(READABLE, asked, [onBrand], away);
  const { texts, ...shades } = SHADES[mode];
  const of = ([shade, part]: [Rgb, number]) => mix(brand, shade, part);
  const [page, surface, soft] = [of(shades.page), of(shades.surface), of(shades.soft)];
  const line = of(shades.line);
  return {
    brand: hex(brand),
    onBrand: hex(onBrand),
    brandDeep: hex(mix(brand, away, 0.28)),
    brandInk: hex(shiftUntil(READABLE, brand, [page, surface, soft], shades.contrast)),
    mark: hex(shiftUntil(VISIBLE, brand, [page, surface, soft, line], shades.contrast)),
    page: hex(page),
    surface: hex(surface),
    soft: hex(soft),
    line: hex(line),
    edge: hex(shiftUntil(VISIBLE, line, [page, surface, soft], shades.contrast)),
    ...texts,
  };
}

/** The theme's font family, if it is a plain name. */
export function fontOf(theme: Theme | null): string | null {
  const given = theme?.fontFamily;
  const family = typeof given === "string" ? given.trim() : "";
  return /^[A-Za-z0-9][A-Za-z0-9 -]{0,60}$/.test(family) ? family : null;
}

/** The address, if a picture may be loaded from it: https, or http on this machine. */
export function pictureUrl(address: unknown): string | null {
  if (typeof address !== "string") return null;
  try {
    const url = new URL(address);
    const local = url.hostname === "127.0.0.1" || url.hostname === "localhost";
    return url.protocol === "https:" || (url.protocol === "http:" && local) ? url.href : null;
  } catch {
    return null;
  }
}

/** The contrast of two `#rrggbb` colours, 1 to 21. */
export function contrastOf(one: string, other: string): number {
  return contrast(parseHex(one), parseHex(other));
}

/** The colour itself, or the first one towards another that has this contrast to all of these. */
function shiftUntil(ratio: number, colour: Rgb, against: Rgb[], towards: Rgb): Rgb {
  const reaches = (shifted: Rgb) => against.every((each) => contrastRounded(shifted, each) >= ratio);
  let shifted = colour;
  for (let part = 0; part < 1 && !reaches(shifted); part += 0.02) {
    shifted = mix(colour, towards, part);
  }
  return shifted;
}

function contrastRounded(one: Rgb, other: Rgb): number {
  return contrast(parseHex(hex(one)), parseHex(hex(other)));
}

function contrast(one: Rgb, other: Rgb): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function mix(one: Rgb, other: Rgb, part: number): Rgb {
  return one.map((channel, i) => channel + ((other[i] ?? 0) - channel) * part) as Rgb;
}

function parseHex(text: string): Rgb {
  return [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16)) as Rgb;
}

function hex(colour: Rgb): string {
  return `#${colour.map((channel) => Math.round(channel).toString(16).padStart(2, "0")).join("")}`;
}
