// Photos that wait on the phone: for a network, for a reload, for the other tab.

/** Counts the calls that the server has answered, in all tabs of the guest. */
function answered(guest, name) {
  const counts = { calls: 0 };
  guest.context.on("response", (response) => {
    const { method } = { method: response.request().method() };
    if (method === "POST" && response.ok() && response.url().endsWith(`/${name}`)) counts.calls += 1;
  });
  return counts;
}

const isPut = (route) => route.request().method() === "PUT";

/**
 * The photo arrives and its response is lost; then nothing arrives. The tab is reloaded, another one is
 * opened, and both send the photo again at once.
 */
export async function photoAcrossReloads(stage, { photo }) {
  const guest = await stage.guest();
  await guest.begins();
  await guest.playsPregate();
  await guest.answersQuestions();
  const confirmed = answered(guest, "confirmUpload");
  const created = answered(guest, "createUpload");
  let puts = 0;
  await guest.context.route("**/*", async (route) => {
    if (!isPut(route)) return route.fallback();
    puts += 1;
    if (puts === 1) await route.fetch();
    return route.abort();
  });
  await guest.find("file").setInputFiles(photo);
  await guest.find("use-photo").click();
  await guest.sees("upload", '[data-state="waiting"]');
  await guest.sees("save-state", '[data-photo="waiting"]');
  const words = await guest.find("capture-error").innerText();

  await guest.page.reload();
  await guest.sees("upload", '[data-state="waiting"]');
  await guest.sees("preview");
  const second = await stage.tab(guest.context);
  await second.page.goto(guest.page.url());
  await second.sees("preview");
  const before = { confirmed: confirmed.calls, puts };

  await guest.context.unroute("**/*");
  await Promise.all([guest, second].map((tab) => tab.page.evaluate(() => dispatchEvent(new Event("online")))));
  await guest.waitsForPicture();
  await second.sees("picture");
  return {
    uid: await guest.uid(),
    words,
    before,
    created: created.calls,
    confirmed: confirmed.calls,
    waiting: await waiting(guest),
    uncaught: stage.uncaught,
  };
}

/** How many photos the browser keeps. */
export function waiting(guest) {
  return guest.page.evaluate(async () => {
    const settled = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const databases = await indexedDB.databases();
    if (!databases.some(({ name }) => name === "guest-page")) return 0;
    const db = await settled(indexedDB.open("guest-page"));
    const count = await settled(db.transaction("photos").objectStore("photos").count());
    db.close();
    return count;
  });
}

/** An event's guest goes on without a network as far as the journey allows; the photo follows. */
export async function journeyPhotoLater(stage, { photo }) {
  const guest = await stage.guest();
  await guest.beginsJourney();
  await guest.playsToPhoto();
  const saved = answered(guest, "saveCapture");
  await guest.context.setOffline(true);
  await guest.find("file").setInputFiles(photo);
  await guest.find("use-photo").click();
  await guest.sees("upload", '[data-state="waiting"]');
  await guest.next();
  await guest.answers("fun", { option: 5 });
  await guest.answers("wish", "Nothing");
  await guest.seesStep("wait");
  const offline = saved.calls;
  await guest.context.setOffline(false);
  await guest.sees("picture");
  return { uid: await guest.uid(), offline, saved: saved.calls, uncaught: stage.uncaught };
}

/** A guest finishes without a network and goes to the welcome. The network is back, and they touch nothing. */
export async function finishedFromWelcome(stage, { photo }) {
  const guest = await stage.guest();
  const { page, context } = guest;
  await guest.begins();
  await guest.playsPregate();
  await guest.answersQuestions();
  await guest.seesSaved();
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await context.setOffline(true);
  await guest.find("file").setInputFiles(photo);
  await guest.find("use-photo").click();
  await guest.sees("upload", '[data-state="waiting"]');
  await guest.next();
  await guest.seesStep("wait");
  const heading = await page.locator("h1").innerText();
  const turning = await page.locator(".turning").innerText();
  await guest.open();
  await guest.seesPhase("welcome");
  const completed = page.waitForResponse(
    (response) => response.url().endsWith("/completeSession") && response.ok(),
  );
  await context.setOffline(false);
  await completed;
  await page.waitForFunction(
    () => !Object.keys(localStorage).some((key) => key.startsWith("guest-page:completing:")),
  );
  const phase = await guest.find("page").getAttribute("data-phase");
  return {
    ...{ uid: await guest.uid(), phase, heading, turning },
    waiting: await waiting(guest),
    uncaught: stage.uncaught,
  };
}
