// Each screen of the guest page, in each of the looks that it is given: light or dark, a size, a zoom.

import { join } from "node:path";
import { violations } from "../audit.mjs";
import { INSTAGRAM } from "../in-app.mjs";
import { withTheme } from "../theming.mjs";

const DELAY_MS = 60_000; // the picture is not made before the scenario says so

/** What lies beyond the edges of the screen, and nobody can scroll to. Runs in the page. */
function cutOff() {
  const { scrollWidth, clientWidth } = document.documentElement;
  const wide = scrollWidth > clientWidth ? [`${scrollWidth - clientWidth} pixels too wide`] : [];
  const read = "h1, h2, p, label, button, a, img, input:not([type=file]), textarea, svg[role]";
  const cut = [...document.querySelectorAll(read)].filter((element) => {
    if (element.closest("[aria-hidden=true], .sr-only, .carousel, dialog:not([open])")) return false;
    const { left, right, width, height } = element.getBoundingClientRect();
    return width > 1 && height > 1 && (left < -1 || right > clientWidth + 1);
  });
  return [...wide, ...cut.map((element) => `cut off: ${element.outerHTML.slice(0, 160)}`)];
}

/**
 * Looks at a screen: what axe finds, what is wider than the screen, and a screenshot where there is a
 * folder for them.
 */
class Viewer {
  constructor(page, { looks, folder, colour = "" }) {
    Object.assign(this, { page, looks, folder, colour });
    this.found = {};
    this.headings = {};
    this.directions = new Set();
  }

  async see(screen) {
    const { page } = this;
    this.headings[screen] = await page.locator("h1, h2").allInnerTexts();
    for (const { scheme, width, height, zoom = 1 } of this.looks) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width, height });
      await page.evaluate((size) => {
        document.documentElement.style.fontSize = size;
      }, `${100 * zoom}%`);
      const look = `${screen} ${scheme} ${width}x${height}${zoom > 1 ? ` at ${zoom}` : ""}`;
      const problems = this.folder ? [] : await violations(page);
      problems.push(...(await page.evaluate(cutOff)));
      this.directions.add(await page.evaluate(() => document.documentElement.dir));
      if (problems.length > 0) this.found[look] = problems;
      if (this.folder) await this.#shoot(look);
    }
  }

  report({ uncaught }) {
    const { found, headings } = this;
    return { found, headings, directions: [...this.directions], uncaught };
  }

  async #shoot(look) {
    const name = `${this.colour}${look.replaceAll(" ", "-")}.png`;
    await this.page.screenshot({ path: join(this.folder, name), animations: "disabled" });
  }
}

/** All screens of a project's tour, with what can fail on the way. */
export async function everyScreen(stage, { photo, colour, locale = "en-GB", ...options }) {
  const guest = await stage.guest({ hasTouch: false, isMobile: false, locale });
  guest.project = "demo-tour";
  const { page } = guest;
  if (colour) await withTheme(page, { primaryColor: colour });
  const viewer = new Viewer(page, { ...options, colour: colour?.replace("#", "") });
  const see = (screen) => viewer.see(screen);
  await guest.open();
  await guest.seesPhase("welcome");
  await see("welcome");
  await guest.find("experience").click();
  await guest.seesStep("welcome");
  await see("info");
  await guest.next();
  await guest.seesStep("adult");
  await guest.next();
  await guest.sees("answer-error", ":not([hidden])");
  await see("yes-no-error");
  await guest.find("option", '[data-value="true"]').check({ force: true });
  await see("yes-no");
  await guest.next();
  await guest.seesStep("mail");
  await guest.find("answer").fill("ada@");
  await guest.next();
  await guest.sees("answer-error", ":not([hidden])");
  await see("email-error");
  await guest.find("answer").fill("");
  await guest.next();
  await guest.seesStep("style");
  await guest.find("option").first().check({ force: true });
  await see("picker");
  await guest.next();
  await guest.seesStep("drinks");
  await guest.find("option").first().check({ force: true });
  await see("choices");
  await guest.next();
  await guest.seesStep("fun");
  await guest.find("option", '[data-value="4"]').check({ force: true });
  await see("scale");
  await guest.next();
  await guest.seesStep("wish");
  await guest.find("answer").fill("More of it. ".repeat(8));
  await see("long-text");
  await guest.next();
  await guest.seesStep("name");
  await guest.next();
  await guest.sees("answer-error", ":not([hidden])");
  await see("short-text-error");
  await guest.answers("name", "Ada");
  await guest.seesStep("mood");
  await guest.find("option").first().check({ force: true });
  await see("choice");
  await guest.next();
  await playsPhoto(stage, guest, see, photo);
  await guest.find("next").click();
  await guest.seesPhase("share");
  await guest.picture();
  await see("share");
  await problems(guest, see);
  return viewer.report(stage);
}

/** From the photo to the picture, each of which fails first. */
async function playsPhoto(stage, guest, see, photo) {
  const { page } = guest;
  await guest.seesStep("photo");
  await see("capture");
  await guest.find("open-camera").click();
  await guest.sees("camera", '[data-ready="true"]');
  await see("camera");
  await guest.find("close-camera").click();
  await guest.find("file").setInputFiles({
    name: "list.txt",
    mimeType: "text/plain",
    buffer: Buffer.from("a list"),
  });
  await guest.sees("capture-error", ":not([hidden])");
  await see("capture-error");
  await guest.find("file").setInputFiles(photo);
  await guest.sees("use-photo");
  await see("preview");
  await page.route("**", (route) =>
    route.request().method() === "PUT" ? route.abort() : route.fallback(),
  );
  await guest.find("use-photo").click();
  await guest.sees("upload", '[data-state="waiting"]');
  await guest.sees("capture-error", ":not([hidden])");
  await see("upload-waiting");
  await page.unroute("**");
  await stage.setFaults({ delayMs: [DELAY_MS, DELAY_MS] });
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await guest.sees("job", '[data-status="pending"]');
  await see("processing");
  await guest.find("cancel").click();
  await guest.sees("job", '[data-status="cancelled"]');
  await see("processing-cancelled");
  await stage.setFaults({ provider: 1 });
  await guest.find("retry").click();
  await guest.sees("job", '[data-status="failed"]');
  await see("processing-failed");
  await stage.setFaults({});
  await guest.find("retry").click();
  await guest.seesStep("reward");
  await guest.picture();
  await see("reward");
}

/** Pages that say why there is nothing else to see. */
async function problems(guest, see) {
  const { page, origin } = guest;
  await page.goto(`${origin}/`);
  await guest.sees("problem", '[data-reason="none"]');
  await see("problem");
  await page.evaluate(() => localStorage.clear()); // else the page is shown as it was kept
  await page.route("**/getProject", (route) => route.abort());
  await guest.open();
  await guest.sees("problem", '[data-reason="offline"]');
  await see("problem-offline");
}

/** What an event's journey has and a project's tour has not, in an app's own browser. */
export async function everyEventScreen(stage, { photo, colour, locale = "en-GB", ...options }) {
  const guest = await stage.guest({ hasTouch: false, isMobile: false, userAgent: INSTAGRAM, locale });
  const { page } = guest;
  if (colour) await withTheme(page, { primaryColor: colour });
  const viewer = new Viewer(page, { ...options, colour: colour?.replace("#", "") });
  const see = (screen) => viewer.see(screen);
  await guest.openEvent();
  await guest.seesPhase("welcome");
  await guest.sees("in-app");
  await guest.find("begin").click();
  await guest.sees("notice", ":not([hidden])");
  await see("event-consent");
  await guest.find("consent").check({ force: true });
  await guest.find("begin").click();
  await guest.playsToPhoto();
  await guest.choosesPhoto(photo, "fun");
  await guest.answers("fun", { option: 5 });
  await stage.setFaults({ provider: 1 });
  await guest.answers("wish", "");
  await guest.sees("job", '[data-status="failed"]');
  await see("event-processing-failed");
  await guest.next();
  await guest.seesStep("reward");
  await guest.sees("job", '[data-status="failed"]');
  await see("event-reward-failed");
  await guest.next();
  await guest.seesPhase("share");
  await guest.sees("job", '[data-status="failed"]');
  await see("event-end-failed");
  await stage.setFaults({});
  await guest.find("retry").click();
  await guest.picture();
  await see("event-end");
  return viewer.report(stage);
}
