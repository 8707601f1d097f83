// The page without a network, and with a newer one on the site.

import { waiting } from "./photos.mjs";

/** Resolves when the service worker has its files and serves the page. */
async function served(page) {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

const buildOf = (page) => page.locator('meta[name="build"]').getAttribute("content");

/** A visit goes on through reloads without a network; the photo is sent once when it is back. */
export async function offlineVisit(stage, { photo }) {
  const guest = await stage.guest();
  const { page, context } = guest;
  let confirmed = 0;
  context.on("response", (response) => {
    const isCall = response.request().method() === "POST" && response.url().endsWith("/confirmUpload");
    if (isCall && response.ok()) confirmed += 1;
  });
  await guest.begins();
  await guest.playsPregate();
  await guest.answers("name", "Ada");
  await guest.seesStep("mood");
  await guest.seesSaved();
  await served(page);
  const cached = await page.evaluate(async () => {
    const names = await caches.keys();
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map(({ url }) => new URL(url).pathname);
  });

  await context.setOffline(true);
  await page.reload();
  await guest.seesStep("mood");
  await guest.find("back").click();
  await guest.seesStep("name");
  const remembered = await guest.find("answer").inputValue();
  await guest.next();
  await guest.answers("mood", { option: "dreamy" });
  await guest.seesStep("photo");
  await guest.find("file").setInputFiles(photo);
  await guest.find("use-photo").click();
  await guest.sees("upload", '[data-state="waiting"]');
  await page.reload();
  await guest.seesStep("photo");
  await guest.sees("preview");
  const kept = await waiting(guest);

  const stranger = await stage.tab(context);
  await stranger.page.goto(`${guest.origin}/never-seen`);
  await stranger.sees("problem", '[data-reason="offline"]');
  const words = await stranger.find("problem").innerText();

  await context.setOffline(false);
  await guest.waitsForPicture();
  return {
    ...{ uid: await guest.uid(), cached, remembered, kept, words, confirmed },
    left: await waiting(guest),
    answers: await stage.answers(guest),
    uncaught: stage.uncaught,
  };
}

/** An event opens without a network at the step where its guest was. */
export async function offlineJourney(stage) {
  const guest = await stage.guest();
  const { page, context } = guest;
  await guest.beginsJourney();
  await guest.passes("welcome");
  await guest.answers("adult", { option: true });
  await guest.seesStep("mail");
  await guest.seesSaved();
  await served(page);
  await context.setOffline(true);
  await page.reload();
  await guest.answers("mail", "ada@example.com");
  await guest.seesStep("style");
  await page.reload();
  await guest.seesStep("style");
  await context.setOffline(false);
  await guest.seesSaved();
  return { uid: await guest.uid(), uncaught: stage.uncaught };
}

/** The site gets a new page while a guest has the old one open, without a network and typing. */
export async function newBuild(stage, { origin }) {
  const guest = await stage.guest();
  guest.origin = origin;
  const { page, context } = guest;
  await guest.begins();
  await guest.playsPregate();
  await guest.seesStep("name");
  await served(page);
  const old = await buildOf(page);
  const files = await page.evaluate(async () => {
    const [name] = await caches.keys();
    return (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname);
  });
  await fetch(`${origin}/__/deploy`, { method: "POST" });

  await context.setOffline(true);
  await page.reload();
  await guest.find("answer").pressSequentially("Ad");
  const offline = await buildOf(page);
  await context.setOffline(false);
  // The new worker has taken over, and the old page has noticed.
  await page.waitForFunction(async (build) => {
    const names = await caches.keys();
    return names.some((name) => !name.endsWith(build)) && navigator.serviceWorker.controller?.state === "activated";
  }, old);
  await page.waitForTimeout(2_500); // as long as it looks for a safe moment, twice
  const typing = { build: await buildOf(page), text: await guest.find("answer").inputValue() };
  const gone = files.find((file) => /\/qr-/.test(file));
  // The site serves the page in its place.
  const served404 = (await fetch(origin + gone)).headers.get("content-type");
  const fromCache = await page.evaluate(
    async (file) => (await fetch(file)).headers.get("content-type"),
    gone,
  );
  await guest.find("answer").pressSequentially("a");
  await guest.next();
  await page.waitForFunction(
    (build) => document.querySelector('meta[name="build"]')?.content !== build,
    old,
  );
  await guest.seesStep("mood");
  const caches = await stage.poll(async () => {
    const names = await page.evaluate(() => caches.keys());
    return names.length === 1 && names;
  });
  return {
    ...{ old, offline, typing, served404, fromCache, caches },
    build: await buildOf(page),
    name: (await stage.answers(guest)).name,
    uncaught: stage.uncaught,
  };
}
