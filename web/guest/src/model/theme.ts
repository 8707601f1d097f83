/** A project's colours, made readable whatever the project chose. */

import type { Theme } from "./types.ts";

type Rgb = [number, number, number];

const FALLBACK = "#4a3aff";
const WHITE: Rgb = [255, 255, 255];
const INK: Rgb = [23, 21, 34];
/** WCAG 2.2, 1.4.3: contrast of text. */
const READABLE = 4.5;

export interface Palette {
  brand: string;
  /** Text on `brand`. */
  onBrand: string;
  /** The brand as text on `soft`, `page` and white. */
  brandInk: string;
  /** A second colour for gradients on which `onBrand` is readable too. */
  brandDeep: string;
  page: string;
  soft: string;
  line: string;
}

/** The palette of a theme. An invalid colour gives the page's own. */
export function paletteOf(theme: Theme | null): Palette {
  const given = String(theme?.primaryColor ?? "");
  const brand = parseHex(/^#[0-9a-f]{6}$/i.test(given) ? given : FALLBACK);
  const light = contrast(brand, WHITE) >= READABLE;
  const onBrand = light || contrast(brand, WHITE) >= contrast(brand, INK) ? WHITE : INK;
  // On some colours neither white nor ink reaches 4.5: shift those until one does.
  const readable = shiftUntil(brand, onBrand, onBrand === WHITE ? INK : WHITE);
  const page = mix(readable, WHITE, 0.955);
  const soft = mix(readable, WHITE, 0.88);
  return {
    brand: hex(readable),
    onBrand: hex(onBrand),
    brandInk: hex(shiftUntil(readable, soft, INK)),
    brandDeep: hex(mix(readable, onBrand === WHITE ? INK : WHITE, 0.28)),
    page: hex(page),
    soft: hex(soft),
    line: hex(mix(mix(readable, INK, 0.5), WHITE, 0.82)),
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

function shiftUntil(colour: Rgb, against: Rgb, towards: Rgb): Rgb {
  let shifted = colour;
  for (let part = 0; part < 1 && contrastRounded(shifted, against) < READABLE; part += 0.02) {
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
