// Demos of campaigns as files, and what happens in a page that plays one.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const MARKER = "__CAMPAIGN__";
const LABELS = ["20 % off", "Next time", "A tote bag", "Not today", "Free coffee", "Almost"];
export const THEME = {
  primaryColor: "#b3123f",
  secondaryColor: "#ffe1c2",
  backgroundColor: "#fffaf3",
  textColor: "#2a1320",
  onPrimaryColor: "#ffffff",
  onSecondaryColor: "#2a1320",
  fontFamily: "system",
};

/** The data of a demo. Every other segment has a prize. */
export function demoOf({ labels = LABELS, ...changes } = {}) {
  return {
    version: 1,
    mode: "demo",
    campaignId: "spring",
    workspaceId: "bloom",
    name: "Spring",
    templateId: "spin_wheel",
    locale: "en",
    theme: THEME,
    copy: {
      headline: "Spin into spring",
      intro: "One turn, and with a bit of luck one of our spring gifts is yours.",
      cta: "Spin now",
      win: "Hooray, you have won!",
      lose: "So close. Thank you for playing!",
    },
    segments: labels.map((label, at) => ({
      id: `s${at}`,
      label,
      prize: at % 2 === 0 ? label : null,
    })),
    terms: { version: "1", url: "https://example.com/terms", minimumAge: 18 },
    media: { logo: null, background: null, emblem: null, spin: tone(4), win: tone(2) },
    ...changes,
  };
}

/** Write the demo as `campaign.build` does, and return its address. */
export async function writeDemo({ template, folder }, data, name = "demo") {
  const page = await readFile(template, "utf8");
  const escaped = JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const file = join(folder, `${name}.html`);
  await writeFile(
    file,
    page.replace(MARKER, () => escaped),
  );
  return pathToFileURL(file).href;
}

/** A picture as a data: URI. */
export function picture(content, size = "0 0 100 100") {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${size}">${content}</svg>`;
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
}

/** Silence of this length as a WAV file in a data: URI. */
function tone(seconds) {
  const rate = 8000;
  const samples = Math.round(seconds * rate);
  const head = Buffer.alloc(44);
  head.write("RIFF");
  head.writeUInt32LE(36 + samples, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write("data", 36);
  head.writeUInt32LE(samples, 40);
  return `data:audio/wav;base64,${Buffer.concat([head, Buffer.alloc(samples, 128)]).toString("base64")}`;
}

/** Record each phase of the game, each sound that begins, and each confetti, into `seen`. */
export function watch(context) {
  return context.addInitScript(() => {
    const seen = { phases: [], sounds: [], confetti: 0 };
    globalThis.seen = seen;
    HTMLMediaElement.prototype.play = async function () {
      if (!this.muted) seen.sounds.push(this.duration > 3 ? "spin" : "win");
    };
    new MutationObserver(() => {
      const phase = document.querySelector("[data-testid=play]")?.dataset.phase;
      if (phase && phase !== seen.phases.at(-1)) seen.phases.push(phase);
      if (document.querySelector("canvas.confetti")) seen.confetti = 1;
    }).observe(document, { attributes: true, childList: true, subtree: true });
  });
}

/** Let the demo decide on this one of `count` segments. */
export function decideOn(page, index, count) {
  return page.addInitScript(
    (random) => {
      crypto.getRandomValues = (numbers) => numbers.fill(random);
    },
    Math.floor(((index + 0.5) / count) * 2 ** 32),
  );
}

/** The id of the segment below the pointer's tip. */
export function segmentAtPointer(page) {
  return page.evaluate(() => {
    const wheel = document.querySelector("[data-testid=wheel]");
    wheel.scrollIntoView({ behavior: "instant" });
    const { left, top, width } = wheel.getBoundingClientRect();
    return document
      .elementsFromPoint(left + width / 2, top + width * 0.14)
      .map((element) => element.closest("[data-segment]")?.dataset.segment)
      .find(Boolean);
  });
}
