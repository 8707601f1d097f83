// One visitor after the other at the same device.

import { violations } from "../audit.mjs";

/** Everything that the page's origin keeps in the browser, as text. */
function kept(page) {
  return page.evaluate(async () => {
    const settled = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const found = [{ ...localStorage }, { ...sessionStorage }, history.state];
    for (const { name } of await indexedDB.databases()) {
      const db = await settled(indexedDB.open(name));
      for (const store of db.objectStoreNames) {
        const objects = db.transaction(store).objectStore(store);
        found.push(await settled(objects.getAllKeys()), await settled(objects.getAll()));
      }
      db.close();
    }
    return JSON.stringify(found);
  });
}

async function visitor(stage, path, begin = (guest) => guest.open(path)) {
  const guest = await stage.guest();
  // Timers run as always, and can be wound forward.
  await guest.page.clock.install();
  await begin(guest);
  await guest.seesPhase("welcome");
  return guest;
}

async function enters(guest, experience = "cartoon-booth") {
  await guest.find("consent").check({ force: true });
  await guest.find("experience", `[data-experience="${experience}"]`).click();
}

/** From the welcome to the first question. */
async function begins(guest) {
  await enters(guest);
  await guest.passes("welcome");
  await guest.seesStep("adult");
}

/** Another tab of the same visit, in which a script may run first. */
async function beside(stage, guest, step, script = () => {}) {
  const tab = await stage.tab(guest.context);
  await tab.page.addInitScript(script);
  await tab.page.goto(guest.page.url());
  await tab.seesStep(step);
  return tab;
}

/** Wind the clock to the question, ten seconds before the end. */
async function silentUntilAsked(guest, pauseSeconds = 45) {
  await guest.page.clock.fastForward((pauseSeconds - 9) * 1000);
  await guest.sees("kiosk-question");
}

/** A whole visit with a name, an address and a face, which the next visitor must not see. */
export async function kioskVisit(stage) {
  const guest = await visitor(stage, "?kiosk");
  const { page } = guest;
  const before = await page.evaluate(() => history.length);
  await enters(guest);
  await guest.playsPregate();
  const autocomplete = await page.locator("form").first().getAttribute("autocomplete");
  await guest.answersQuestions();
  const choosesFiles = await guest.find("file").count();
  await guest.takesPhoto();
  await page.reload();
  await guest.waitsForPicture();
  await guest.playsPreshare();
  await guest.picture();
  await guest.sees("qr");
  const uid = await guest.uid();
  const { id } = await stage.session(guest, "main");
  const traces = [uid, id, "ada@example.com"];
  const during = await kept(page);
  const end = {
    code: await guest.find("qr").getAttribute("data-url"),
    leads: await guest.find("download").or(guest.find("share")).or(guest.find("copy-link")).count(),
    address: new URL(page.url()).search,
    entries: (await page.evaluate(() => history.length)) - before,
  };

  await silentUntilAsked(guest);
  const question = {
    text: await guest.find("kiosk-question").innerText(),
    focus: await page.evaluate(() => document.activeElement?.dataset.testid),
    violations: await violations(page),
  };
  await page.keyboard.press("Enter");
  await guest.find("kiosk-question").waitFor({ state: "hidden" });
  await guest.seesPhase("share");
  await silentUntilAsked(guest);
  await page.clock.fastForward(10_000);
  await guest.seesPhase("welcome");
  await guest.sees("consent");

  const next = { uid: await guest.uid(), kept: await kept(page), text: await page.content() };
  const found = (text) => traces.filter((trace) => text.includes(trace));
  await page.goBack().catch(() => null);
  const back = await page.content();
  await page.goForward().catch(() => null);
  await guest.seesPhase("welcome");
  return {
    ...{ uid, end, question, autocomplete, choosesFiles },
    address: page.url(),
    nextUid: next.uid,
    during: found(during).length,
    traces: [...found(next.kept), ...found(next.text), ...found(back), ...found(await page.content())],
    consent: await guest.find("consent").isChecked(),
    uncaught: stage.uncaught,
  };
}

/** What goes on without a touch, and what does not. */
export async function kioskHeld(stage, { photo }) {
  const guest = await visitor(stage, "?kiosk=60");
  const { page } = guest;
  const asked = () => guest.find("kiosk-question").isVisible();
  const silent = async (seconds) => {
    await page.clock.fastForward(seconds * 1000);
    await page.clock.runFor(1_000);
    return asked();
  };
  const idle = await silent(600);
  await enters(guest);
  await guest.playsPregate();
  await guest.seesStep("name");
  const typing = [];
  for (const letter of "Ada") {
    await guest.find("answer").press(letter);
    typing.push(await silent(40));
  }
  await guest.next();
  await guest.answers("mood", { option: "dreamy" });
  await guest.find("open-camera").click();
  await guest.sees("camera", '[data-ready="true"]');
  const camera = await silent(90);
  await page.keyboard.press("Escape");
  let release;
  const released = new Promise((resolve) => {
    release = resolve;
  });
  await guest.context.route("**/*", async (route) => {
    if (route.request().method() === "PUT") await released;
    await route.fallback();
  });
  await guest.find("open-camera").click();
  await guest.sees("camera", '[data-ready="true"]');
  await guest.find("shutter").click();
  await guest.find("use-photo").click();
  await guest.sees("upload", '[data-state="uploading"]');
  const upload = await silent(90);
  // Who has left in the middle holds up the next visitor for two minutes, and no longer.
  const left = await silent(85);
  await guest.find("kiosk-stay").click();
  await guest.find("kiosk-question").waitFor({ state: "hidden" });
  const stays = await guest.find("upload").count();
  release();
  await guest.seesStep("wait", "reward");
  return { idle, typing, camera, upload, left, stays, photo, uncaught: stage.uncaught };
}

/** An event's own setting; an answer that is not sent yet goes out before the visitor is forgotten. */
export async function kioskEvent(stage) {
  const guest = await visitor(stage, "", (tab) => tab.openEvent());
  const { page } = guest;
  await guest.find("consent").check({ force: true });
  await guest.find("begin").click();
  await guest.seesPhase("journey");
  await guest.passes("welcome");
  await guest.context.route("**/saveStepInput", (route) => route.abort());
  await guest.answers("adult", { option: true });
  await guest.seesStep("mail");
  await guest.sees("save-state", '[data-state="offline"]');
  const uid = await guest.uid();
  await silentUntilAsked(guest, 30);
  await guest.context.unroute("**/saveStepInput");
  await page.clock.fastForward(10_000);
  await guest.seesPhase("welcome");
  await page.clock.runFor(1_000);
  await guest.sees("consent");
  return {
    uid,
    nextUid: await guest.uid(),
    kept: (await kept(page)).includes(uid),
    uncaught: stage.uncaught,
  };
}

/** A touch in one tab is one in all, a visit ends in all, and a crash ends it too. */
export async function kioskTabs(stage) {
  const guest = await visitor(stage, "?kiosk");
  await begins(guest);
  const second = await beside(stage, guest, "adult");
  // One clock for all tabs of the context.
  await guest.page.clock.fastForward(25_000);
  await second.page.mouse.click(5, 5);
  await guest.page.clock.fastForward(25_000);
  await guest.page.clock.runFor(1_000);
  const asked = await guest.find("kiosk-question").isVisible();
  const first = await guest.uid();
  await silentUntilAsked(second, 20);
  await second.find("kiosk-done").click();
  for (const tab of [guest, second]) await tab.seesPhase("welcome");
  const ended = await guest.uid();

  await begins(guest);
  const address = guest.page.url();
  await guest.page.close();
  await second.page.close();
  await guest.context.clock.fastForward(3_600_000);
  const later = await stage.tab(guest.context);
  await later.page.goto(address);
  await later.seesPhase("welcome");
  await later.sees("consent");
  return { asked, uids: [first, ended, await later.uid()], uncaught: stage.uncaught };
}

/** A tab whose messages are lost. Runs in the page. */
function hearsNothing() {
  Object.defineProperty(BroadcastChannel.prototype, "onmessage", { set() {} });
}

/** A tab is frozen while the visit ends in another one, and goes on once the next visitor has begun. */
export async function kioskFrozenTab(stage) {
  const guest = await visitor(stage, "?kiosk=600");
  await begins(guest);
  const frozen = await beside(stage, guest, "adult", hearsNothing);
  const devtools = await guest.context.newCDPSession(frozen.page);
  await silentUntilAsked(guest, 600);
  await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
  await guest.find("kiosk-done").click();
  await guest.seesPhase("welcome");
  await begins(guest);
  const uid = await guest.uid();
  await devtools.send("Page.setWebLifecycleState", { state: "active" });
  await frozen.seesPhase("welcome");
  await guest.page.reload();
  await guest.seesStep("adult");
  return { uid, later: await guest.uid(), uncaught: stage.uncaught };
}

/** The tab that ends the visit crashes while it sends an answer, before it has forgotten anything. */
export async function kioskBrokenOff(stage) {
  const guest = await visitor(stage, "?kiosk=600");
  await begins(guest);
  const second = await beside(stage, guest, "adult");
  const uid = await guest.uid();
  await guest.page.route("**/updateSessionProgress", () => {}); // never answered
  await guest.answers("adult", { option: true });
  await silentUntilAsked(guest, 600);
  await guest.find("kiosk-done").click();
  await second.sees("kiosk-leaving");
  await guest.page.close();
  await second.seesPhase("welcome");
  await second.sees("consent");
  const traces = (await kept(second.page)).includes(uid);
  return { uid, nextUid: await second.uid(), traces, uncaught: stage.uncaught };
}

/** The browser closes in the middle of a visit, and opens the kiosk at once, long before the pause is over. */
export async function kioskRestart(stage) {
  const guest = await stage.guest();
  const { page, context } = guest;
  await guest.open("?kiosk=600");
  await guest.seesPhase("welcome");
  await enters(guest);
  await guest.playsPregate();
  await guest.answers("name", "Ada Restart");
  await guest.seesStep("mood");
  await guest.seesSaved();
  const uid = await guest.uid();
  await page.reload();
  await guest.seesStep("mood");
  const second = await beside(stage, guest, "mood");
  const uidBeside = await second.uid();
  await page.close();
  await second.page.close();
  const next = await stage.tab(context);
  await next.open("?kiosk=600");
  await next.seesPhase("welcome");
  await next.sees("consent");
  const text = await kept(next.page);
  return {
    ...{ uid, uidBeside, nextUid: await next.uid(), consent: await next.find("consent").isChecked() },
    traces: [uid, "Ada Restart", "ada@example.com"].filter((trace) => text.includes(trace)),
    uncaught: stage.uncaught,
  };
}

/** A visit ends without a network, at a kiosk whose service worker never came. */
export async function kioskStranded(stage) {
  const guest = await visitor(stage, "?kiosk", async (tab) => {
    await tab.context.route("**/sw.js", (route) => route.abort());
    await tab.open("?kiosk");
  });
  const { page, context } = guest;
  await enters(guest);
  await guest.passes("welcome");
  await guest.answers("adult", { option: true });
  await guest.seesSaved();
  const uid = await guest.uid();
  await context.setOffline(true);
  await silentUntilAsked(guest);
  await guest.find("kiosk-done").click();
  await page.clock.runFor(20_000);
  await guest.sees("problem", '[data-reason="offline"]');
  const traces = (await kept(page)).includes(uid);
  await context.setOffline(false);
  await guest.seesPhase("welcome");
  await guest.sees("consent");
  return { uid, traces, nextUid: await guest.uid(), uncaught: stage.uncaught };
}
