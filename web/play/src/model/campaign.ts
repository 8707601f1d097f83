/** What a campaign's page shows: the data of a bundle, or the public document of a live campaign. */

export interface Theme {
  primaryColor: string;
  secondaryColor: string;
  backgroundColor: string;
  textColor: string;
  onPrimaryColor: string;
  onSecondaryColor: string;
  fontFamily: string;
}

export interface Copy {
  headline: string;
  intro: string;
  cta: string;
  win: string;
  lose: string;
}

export interface Segment {
  id: string;
  label: string;
  /** The prize's name, or null for a segment that wins nothing. */
  prize: string | null;
}

export interface Terms {
  version: string;
  url: string | null;
  minimumAge: number;
}

export interface Media {
  logo: string | null;
  background: string | null;
  emblem: string | null;
  spin: string | null;
  win: string | null;
}

export interface Campaign {
  mode: "demo" | "live";
  campaignId: string;
  workspaceId: string;
  name: string;
  locale: string;
  theme: Theme;
  copy: Copy;
  segments: readonly Segment[];
  terms: Terms | null;
  media: Media;
}

const FALLBACK: Theme = {
  primaryColor: "#4a3aff",
  secondaryColor: "#ffd166",
  backgroundColor: "#ffffff",
  textColor: "#171522",
  onPrimaryColor: "#ffffff",
  onSecondaryColor: "#171522",
  fontFamily: "system",
};
const COLOURS = [
  "primaryColor",
  "secondaryColor",
  "backgroundColor",
  "textColor",
  "onPrimaryColor",
  "onSecondaryColor",
] as const;

/** The font stacks that a theme may name. All are fonts that devices have. */
const FONTS: Readonly<Record<string, string>> = {
  system: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  serif: 'ui-serif, Georgia, "Iowan Old Style", "Noto Serif", "Times New Roman", serif',
  rounded:
    'ui-rounded, "SF Pro Rounded", "Arial Rounded MT Bold", Nunito, Quicksand, system-ui, sans-serif',
  mono: 'ui-monospace, "SF Mono", Consolas, "Liberation Mono", Menlo, monospace',
};

export const MIN_SEGMENTS = 2;
export const MAX_SEGMENTS = 24;

/** The campaign of a document, whatever that holds. Throws if it has no playable segments. */
export function campaignOf(given: unknown, mode: Campaign["mode"]): Campaign {
  const data = recordOf(given);
  const segments = Array.isArray(data.segments) ? data.segments.map(segmentOf) : [];
  if (segments.length < MIN_SEGMENTS || segments.length > MAX_SEGMENTS) {
    throw new Error(`A wheel has 2 to 24 segments, and this one ${segments.length}.`);
  }
  const copy = recordOf(data.copy);
  const media = recordOf(data.media);
  return {
    mode,
    campaignId: textOf(data.campaignId ?? data.id),
    workspaceId: textOf(data.workspaceId ?? data.tenantId),
    name: textOf(data.name),
    locale: textOf(data.locale) || "en",
    theme: themeOf(data.theme),
    copy: {
      headline: textOf(copy.headline) || textOf(data.name),
      intro: textOf(copy.intro),
      cta: textOf(copy.cta),
      win: textOf(copy.win),
      lose: textOf(copy.lose),
    },
    segments,
    terms: termsOf(data.terms),
    media: {
      logo: pictureOf(media.logo),
      background: pictureOf(media.background),
      emblem: pictureOf(media.emblem),
      spin: soundOf(media.spin),
      win: soundOf(media.win),
    },
  };
}

/** The theme, or the page's own if one of its colours is no `#rrggbb`. */
function themeOf(given: unknown): Theme {
  const theme = recordOf(given);
  if (!COLOURS.every((name) => /^#[0-9a-f]{6}$/i.test(textOf(theme[name])))) return FALLBACK;
  const colours = Object.fromEntries(COLOURS.map((name) => [name, textOf(theme[name])]));
  return { ...FALLBACK, ...colours, fontFamily: textOf(theme.fontFamily) };
}

/** The stack of fonts that a theme's `fontFamily` names. */
export function fontStack(name: string): string {
  return (Object.hasOwn(FONTS, name) ? FONTS[name] : undefined) ?? String(FONTS.system);
}

function segmentOf(given: unknown, index: number): Segment {
  const { id, label, prize } = recordOf(given);
  const name = typeof prize === "string" ? prize : null;
  return { id: textOf(id) || String(index), label: textOf(label), prize: name };
}

function termsOf(given: unknown): Terms | null {
  const { version, url, minimumAge } = recordOf(given);
  if (typeof version !== "string" || version === "") return null;
  const age = typeof minimumAge === "number" ? minimumAge : 0;
  return { version, url: addressOf(url, /^https?:/), minimumAge: age };
}

const pictureOf = (given: unknown) => addressOf(given, /^(https?:|data:image\/)/);
const soundOf = (given: unknown) => addressOf(given, /^(https?:|data:audio\/)/);

/** The address if its scheme is allowed, which `javascript:` is nowhere. */
function addressOf(given: unknown, allowed: RegExp): string | null {
  return typeof given === "string" && allowed.test(given) ? given : null;
}

function textOf(given: unknown): string {
  return typeof given === "string" ? given : typeof given === "number" ? String(given) : "";
}

function recordOf(given: unknown): Record<string, unknown> {
  return typeof given === "object" && given !== null ? (given as Record<string, unknown>) : {};
}
