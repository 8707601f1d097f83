// A picture at its short address: for strangers, for its guest, and in apps' own browsers.

import { readFile } from "node:fs/promises";
import { saved } from "../downloads.mjs";
import { erases } from "../erasing.mjs";

const INSTAGRAM =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 380.0.0.28.105";

/** What a page at a short address says and shows. */
async function shown(page) {
  await page.locator("img.picture").waitFor();
  return page.evaluate(async () => {
    const image = document.querySelector("img.picture");
    await image.decode();
    const meta = [...document.querySelectorAll("meta[property], meta[name]")].map((each) => [
      each.getAttribute("property") ?? each.name,
      each.content,
    ]);
    return {
      title: document.title,
      size: [image.naturalWidth, image.naturalHeight],
      brand: getComputedStyle(document.querySelector("header")).backgroundColor,
      tags: Object.fromEntries(meta),
    };
  });
}

/** A guest plays a visit; what they share is opened by others, and then they delete it. */
export async function sharedPicture(stage) {
  const guest = await stage.guest({ acceptDownloads: true });
  const { page } = guest;
  await page.addInitScript(() => {
    window.shared = [];
    navigator.canShare = () => true;
    navigator.share = async ({ files, url }) => {
      const inTap = navigator.userActivation.isActive;
      window.shared.push({ inTap, url, files: files?.map(({ name, size }) => ({ name, size })) });
    };
  });
  await guest.begins();
  await guest.playsPregate();
  await guest.answersQuestions();
  await guest.takesPhoto();
  await guest.waitsForPicture();
  await guest.playsPreshare();
  await guest.sees("download", '[data-ready="true"]');
  const requests = [];
  page.on("request", (request) => {
    // The page's listeners go on asking; the picture comes from Storage.
    if (new URL(request.url()).pathname.startsWith("/v0/b/")) requests.push(request.url());
  });
  // A tap of which nothing is left once the page waits for anything.
  await guest.find("share").click();
  const { shared, asked } = {
    shared: await page.evaluate(() => window.shared),
    asked: requests.length,
  };
  const code = await guest.find("qr").getAttribute("data-url");

  const withoutScript = await stage.guest({ javaScriptEnabled: false });
  await withoutScript.page.goto(code);
  const plain = await shown(withoutScript.page);

  const other = await stage.guest({ acceptDownloads: true });
  await other.begins();
  await other.seesPhase("pregate");
  const asking = other.page.waitForResponse((each) => each.url().endsWith("/getShare"));
  await other.page.goto(code);
  const refused = (await asking).status();
  const downloading = other.page.waitForEvent("download");
  await other.page.locator("#save").click();
  const download = await downloading;
  const stranger = {
    refused,
    erase: await other.find("erase").count(),
    notice: await other.page.locator("#notice").textContent(),
    name: download.suggestedFilename(),
    path: await saved(download, stage),
  };

  const inside = await stage.guest({ userAgent: INSTAGRAM, acceptDownloads: true });
  await inside.page.goto(code);
  const opening = inside.context.waitForEvent("page");
  await inside.page.locator("#save").click();
  const opened = (await opening).url() || "about:blank";
  const inApp = { opened, notice: await inside.page.locator("#notice").textContent() };

  const uid = await guest.uid();
  await page.goto(code);
  const erasing = await erases(guest);
  await page.getByRole("heading", { name: "This picture is not here" }).waitFor();
  const gone = await (await fetch(code)).text();
  return {
    uid,
    shared,
    asked,
    code,
    plain,
    stranger,
    inApp,
    erasing,
    gone: { status: (await fetch(code)).status, text: gone },
    violations: stage.messages.filter((line) => line.includes("Content Security Policy")),
    uncaught: stage.uncaught,
  };
}

/** The picture of an event: its code is opened by somebody else, and its guest deletes it there. */
export async function sharedEventPicture(stage, { photo }) {
  const guest = await stage.guest();
  await guest.beginsJourney();
  await guest.playsToPhoto();
  await guest.choosesPhoto(photo, "fun");
  await guest.answers("fun", { option: 4 });
  await guest.answers("wish", "");
  await guest.sees("picture");
  await guest.passes("reward");
  await guest.seesPhase("share");
  await guest.sees("qr");
  const code = await guest.find("qr").getAttribute("data-url");

  const other = await stage.guest({ javaScriptEnabled: false });
  await other.page.goto(code);
  const plain = await shown(other.page);

  const uid = await guest.uid();
  await guest.page.goto(code);
  await guest.find("erase").click();
  await guest.find("erase-confirm").click();
  await guest.page.getByRole("heading", { name: "This picture is not here" }).waitFor();
  return { uid, code, plain, gone: (await fetch(code)).status, uncaught: stage.uncaught };
}

/** Each file handed to the step of the photo: what the page says of it, null where it takes it. */
async function tries(guest, files) {
  const said = [];
  for (const { name, mimeType, path, reason } of files) {
    await guest.find("file").setInputFiles({ name, mimeType, buffer: await readFile(path) });
    if (reason) {
      await guest.sees("capture-error", `[data-reason="${reason}"]`);
      said.push([name, await guest.find("capture-error").innerText()]);
    } else {
      await guest.sees("use-photo");
      said.push([name, null]);
      await guest.find("retake").click();
    }
  }
  return said;
}

/** Have the browser refuse its camera to pages. */
function refuseCamera(guest) {
  return guest.page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () =>
      Promise.reject(new DOMException("no", "NotAllowedError"));
  });
}

/** What an app's own browser is told, and where it is led. */
async function inAppHint(guest) {
  await guest.sees("in-app");
  return {
    text: await guest.find("in-app").innerText(),
    address: await guest.find("open-outside").getAttribute("href"),
  };
}

/** The same files in an event, whose camera is refused, in an app's own browser on Android. */
export async function oddFilesInEvent(stage, { files, userAgent }) {
  const guest = await stage.guest({ userAgent });
  await refuseCamera(guest);
  await guest.openEvent();
  const inApp = await inAppHint(guest);
  await guest.find("consent").check({ force: true });
  await guest.find("begin").click();
  await guest.seesPhase("journey");
  await guest.playsToPhoto();
  await guest.seesStep("photo");
  await guest.find("open-camera").click();
  await guest.sees("capture-error", '[data-reason="camera_denied"]');
  const capture = await guest.find("camera-app").getAttribute("capture");
  const reasons = await tries(guest, files);
  // What is taken is sent too, one after the other, to the one place that an event has for a photo.
  const sent = [];
  for (const { name, mimeType, path, reason } of files) {
    if (reason) continue;
    await guest.find("file").setInputFiles({ name, mimeType, buffer: await readFile(path) });
    await guest.find("use-photo").click();
    await guest.seesStep("fun");
    sent.push(name);
    await guest.find("back").click();
    await guest.seesStep("photo");
    await guest.find("retake").click();
  }
  return { inApp, capture, reasons, sent, uid: await guest.uid(), uncaught: stage.uncaught };
}

/** What a picture's file is called, at the end of an event and at the short address. */
export async function namedFiles(stage, { photo }) {
  const guest = await stage.guest({ acceptDownloads: true });
  await guest.beginsJourney();
  await guest.playsToPhoto();
  await guest.choosesPhoto(photo, "fun");
  await guest.answers("fun", { option: 4 });
  await guest.answers("wish", "");
  await guest.sees("picture");
  await guest.passes("reward");
  await guest.seesPhase("share");
  const { page } = guest;
  const named = async (button) => {
    const downloading = page.waitForEvent("download");
    await button.click();
    return (await downloading).suggestedFilename();
  };
  await guest.sees("download", '[data-ready="true"]');
  const atEnd = await named(guest.find("download"));
  const directions = await page
    .locator("header .brand-name, header [dir]")
    .evaluateAll((all) => all.map(({ dir }) => dir));
  await page.goto(await guest.find("qr").getAttribute("data-url"));
  return { atEnd, atAddress: await named(page.locator("#save")), directions };
}

/** What is written in Arabic on the page, and does not run from the right. */
async function turned(page) {
  return page.evaluate(() => {
    const isArabic = (text) => /نص عربي|مرحبا/.test(text); // what people wrote
    const found = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { data, parentElement } = texts.currentNode;
      if (isArabic(data) && getComputedStyle(parentElement).direction !== "rtl")
        found.push(parentElement.outerHTML.slice(0, 160));
    }
    // A field has the direction of what is in it.
    for (const field of document.querySelectorAll("input, textarea")) {
      if (isArabic(field.value) && getComputedStyle(field).direction !== "rtl")
        found.push(field.outerHTML.slice(0, 160));
    }
    return found;
  });
}

/** An English page of an event that was written in Arabic: each screen's texts that stand wrong. */
export async function arabicEvent(stage, { photo }) {
  const guest = await stage.guest();
  const { page } = guest;
  const screens = {};
  const looks = async (screen) => {
    screens[screen] = await turned(page);
  };
  const { seesStep } = guest;
  guest.seesStep = async (...steps) => {
    await seesStep.apply(guest, steps);
    await looks(steps[0]);
  };
  await guest.openEvent();
  await guest.seesPhase("welcome");
  await looks("consent");
  await guest.find("consent").check({ force: true });
  await guest.find("begin").click();
  await guest.seesPhase("journey");
  await guest.playsToPhoto();
  await guest.choosesPhoto(photo, "fun");
  await guest.answers("fun", { option: 4 });
  await guest.seesStep("wish");
  await guest.find("answer").fill("مرحبا");
  await looks("wish, answered");
  await guest.next();
  await guest.seesStep("wait", "reward");
  await guest.sees("picture");
  await guest.passes("reward");
  await guest.seesPhase("share");
  await guest.sees("qr");
  await looks("end");
  await page.goto(await guest.find("qr").getAttribute("data-url"));
  await looks("short address");
  return { screens, uncaught: stage.uncaught };
}

/** Files and letters as phones have them; nothing but the page's own words about each. */
export async function oddFiles(stage, { files, cutOut }) {
  const guest = await stage.guest({ userAgent: INSTAGRAM, locale: "en-GB" });
  await refuseCamera(guest);
  await guest.open();
  const inApp = await inAppHint(guest);
  await guest.begins();
  await guest.playsPregate();
  const family = "👨‍👩‍👧‍👦";
  await guest.seesStep("name");
  // Forty characters are the most: five families are 35, six are 42.
  await guest.find("answer").fill(family.repeat(6));
  const tooMany = await guest.find("count").innerText();
  await guest.next();
  await guest.sees("answer-error", ":not([hidden])");
  await guest.find("answer").fill(`${family.repeat(5)}ابجد`);
  const direction = await guest.find("answer").getAttribute("dir");
  await guest.next();
  await guest.answers("mood", { option: "bold" });
  await guest.seesStep("photo");
  const before = await guest.find("camera-app").count();
  await guest.find("open-camera").click();
  await guest.sees("capture-error", '[data-reason="camera_denied"]');
  const cameraApp = {
    before,
    capture: await guest.find("camera-app").getAttribute("capture"),
    again: await guest.find("open-camera").count(),
  };
  const reasons = await tries(guest, files);
  await guest.choosesPhoto(cutOut);
  const { answers, capturedMedia } = await stage.session(guest, "main");
  return {
    inApp,
    tooMany,
    direction,
    cameraApp,
    reasons,
    name: answers.find(({ stepId }) => stepId === "name").value,
    photo: capturedMedia[0].url,
    uncaught: stage.uncaught,
  };
}
