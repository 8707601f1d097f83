/** The title of the document: which screen it is, and of which event. */

import { isKiosk } from "./kiosk/mode.ts";
import { words } from "./words.ts";

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/**
 * What a tab, the history and a screen reader call a screen. The history of a kiosk tells nothing of a
 * visit. Where scripts of both directions may meet, each name keeps its own.
 */
export function titleFor(screen: string, venue: string, atKiosk: boolean): string {
  if (atKiosk || !screen || !venue) return atKiosk ? venue : screen || venue;
  if (!RIGHT_TO_LEFT.test(screen + venue)) return `${screen} – ${venue}`;
  return `\u2068${screen}\u2069 – \u2068${venue}\u2069`;
}

let shownScreen = "";
let shownVenue = "";

/** The heading of the screen that is shown; empty where it is the name of the venue. */
export function nameScreen(heading: string): void {
  shownScreen = heading;
  show();
}

/** The project or the event whose page it is. */
export function nameVenue(name: string): void {
  shownVenue = name;
  show();
}

function show(): void {
  const title = titleFor(shownScreen, shownVenue, isKiosk()) || words().page.title;
  if (document.title !== title) document.title = title;
}
