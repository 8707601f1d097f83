// What a guest sees when the files of the next screens do not arrive.

const FILES = "**/assets/after-welcome-*.js";
const CONFIG = "**/__/firebase/init.json";

/** The guest chooses without a connection, and goes on once there is one. */
export async function nextScreensOffline(stage) {
  const guest = await stage.guest();
  const { page } = guest;
  await page.route(FILES, (route) => route.abort());
  await guest.begins();
  await page.route(CONFIG, (route) => route.abort());
  await guest.sees("problem", '[data-reason="offline"]');
  const words = await guest.find("problem").innerText();
  await page.unroute(FILES);
  await page.unroute(CONFIG);
  await guest.find("try-again").click();
  await guest.seesStep("welcome");
  return { words, uncaught: stage.uncaught };
}

/** A new deployment has taken the page's files away; `after` is how many reloads find the new ones. */
export async function nextScreensGone(stage, { after }) {
  const guest = await stage.guest();
  const { page } = guest;
  let loads = 0;
  page.on("load", () => {
    loads += 1;
  });
  // As Hosting's rewrite responds to the name of a file that it no longer has.
  await page.route(FILES, (route) =>
    loads > after ? route.continue() : route.fulfill({ body: "<!doctype html>", contentType: "text/html" }),
  );
  await guest.begins();
  if (after === 1) {
    await guest.seesStep("welcome");
    return { loads, uncaught: stage.uncaught };
  }
  await guest.sees("problem", '[data-reason="not_loaded"]');
  const words = await guest.find("problem").innerText();
  const seen = loads;
  await guest.find("reload").click();
  await guest.seesStep("welcome");
  return { words, loads: seen, uncaught: stage.uncaught };
}
