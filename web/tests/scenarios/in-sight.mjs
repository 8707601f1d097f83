// Errors and fields on low screens, with large letters, and in dark.

import { violations } from "../audit.mjs";
import { INSTAGRAM } from "../in-app.mjs";

const MAX_FRAMES = 60;

/** Whether an element is on the screen with nothing in front of it. Runs in the page. */
function isInSight(element) {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  if (top < 0 || bottom > innerHeight || left < 0 || right > innerWidth) return false;
  const places = [top + 2, (top + bottom) / 2, bottom - 2];
  return places.every((y) => {
    const front = document.elementFromPoint((left + right) / 2, y);
    return front !== null && (element.contains(front) || front.contains(element));
  });
}

/** Whether it comes in sight: the page scrolls there once it has painted the error. */
async function comesInSight(page, locator) {
  for (let frame = 0; frame < MAX_FRAMES; frame++) {
    if (await locator.evaluate(isInSight)) return true;
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  return false;
}

/** A guest leaves each kind of question without a good answer, on a screen of this look. */
export async function errorsInSight(stage, { width, height, zoom, scheme }) {
  const guest = await stage.guest({ viewport: { width, height }, colorScheme: scheme });
  guest.project = "demo-tour";
  const { page } = guest;
  await page.addInitScript((size) => {
    document.addEventListener("DOMContentLoaded", () => {
      document.documentElement.style.fontSize = size;
    });
  }, `${100 * zoom}%`);
  const seen = {};
  const fails = async (step, looksAt) => {
    await guest.seesStep(step);
    // By the form, since a tap far below would scroll there first.
    await page.locator("form").evaluate((form) => form.requestSubmit());
    const error = guest.find("answer-error", ":not([hidden])");
    await error.waitFor();
    seen[step] = {
      error: await comesInSight(page, error),
      ...(looksAt ? { field: await comesInSight(page, guest.find(looksAt)) } : {}),
      violations: await violations(page),
    };
  };
  await guest.open();
  await guest.find("experience").click();
  await guest.passes("welcome");
  await fails("adult");
  await guest.find("option", '[data-value="true"]').check({ force: true });
  await guest.next();
  await guest.seesStep("mail");
  await guest.find("answer").fill("ada@");
  await fails("mail", "answer");
  await guest.find("answer").fill("");
  await guest.next();
  await fails("style");
  return { seen, uncaught: stage.uncaught };
}

/** Whether a tap anywhere on a round button, or on a line of text, meets it. Runs in the page. */
function isTappable(element) {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  const inset = Math.min(right - left, bottom - top) / 5;
  if (top < 0 || bottom > innerHeight || left < 0 || right > innerWidth) return false;
  return [top + inset, bottom - inset].every((y) =>
    [left + inset, right - inset].every((x) => {
      const front = document.elementFromPoint(x, y);
      return front !== null && element.contains(front);
    }),
  );
}

/** The welcome of an event, in a browser and in an app's own one, on these screens. */
export async function entranceInSight(stage, { screens }) {
  const seen = {};
  for (const [browser, options] of Object.entries({ browser: {}, app: { userAgent: INSTAGRAM } })) {
    const guest = await stage.guest({ isMobile: false, locale: "de-DE", ...options });
    const { page } = guest;
    await guest.openEvent();
    await guest.seesPhase("welcome");
    for (const [name, { width, height, zoom = 1 }] of Object.entries(screens)) {
      await page.setViewportSize({ width, height });
      await page.evaluate((size) => {
        document.documentElement.style.fontSize = size;
        scrollTo(0, 0);
      }, `${100 * zoom}%`);
      const found = { violations: await violations(page) };
      found.name = await page.locator("h1").evaluate(isTappable);
      found.ways = [];
      for (const way of await guest.find("in-app").locator(".pill").all()) {
        await way.evaluate((element) => element.scrollIntoView({ block: "center" }));
        found.ways.push(await way.evaluate(isTappable));
      }
      seen[`${name}, ${browser}`] = found;
    }
  }
  return { seen, uncaught: stage.uncaught };
}

/** The buttons at a photo, and which words of them are broken, in German, on this screen. */
export async function photoButtons(stage, { width, height, zoom }) {
  const guest = await stage.guest({ viewport: { width, height }, locale: "de-DE" });
  const { page } = guest;
  await guest.beginsJourney();
  await guest.playsToPhoto();
  await guest.seesStep("photo");
  await page.evaluate((size) => {
    document.documentElement.style.fontSize = size;
  }, `${100 * zoom}%`);
  const found = await violations(page); // by then the letters are laid out
  const buttons = await page.locator(".actions .button:has(.icon)").evaluateAll((all) =>
    all.map((button) => {
      const broken = [];
      const texts = document.createTreeWalker(button, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        for (const { 0: word, index } of texts.currentNode.data.matchAll(/\S+/g)) {
          const range = document.createRange();
          range.setStart(texts.currentNode, index);
          range.setEnd(texts.currentNode, index + word.length);
          if (range.getClientRects().length > 1) broken.push(word);
        }
      }
      return { words: button.textContent, broken };
    }),
  );
  return { buttons, violations: found, uncaught: stage.uncaught };
}
