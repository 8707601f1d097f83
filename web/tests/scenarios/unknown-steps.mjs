// Steps of a type that the page does not know: its server is newer, or newer than both.

/** All that a guest reads on a screen. */
const read = ({ page }) => page.locator("body").innerText();

/** A guest plays a project through its unknown steps; nothing on the way promises a picture. */
export async function unknownSteps(stage, { project, reload }) {
  const guest = await stage.guest();
  guest.project = project;
  const { page } = guest;
  let loads = 0;
  page.on("load", () => {
    loads += 1;
  });
  const texts = [];
  await guest.open();
  await guest.find("experience").click();
  await guest.sees("problem", '[data-reason="newer_step"]');
  texts.push(await read(guest));
  await guest.find(reload ? "reload" : "go-on").click();
  await guest.seesStep("name");
  const count = await guest.find("step").getAttribute("data-count");
  texts.push(await read(guest));
  const first = await guest.find("next").innerText();
  await guest.answers("name", "Ada");
  await guest.seesStep("wait");
  texts.push(await read(guest));
  const last = await guest.find("next").innerText();
  await guest.next();
  await guest.seesPhase("share");
  await page.getByRole("heading", { level: 1 }).waitFor();
  texts.push(await read(guest));
  return { uid: await guest.uid(), loads, count, first, last, texts, uncaught: stage.uncaught };
}

/** In an event's journey the server itself says that a step is unknown: no newer page is offered. */
export async function unknownJourneySteps(stage, { event, experience, photo }) {
  const guest = await stage.guest();
  await guest.openEvent(event, `?experience=${experience}`);
  await guest.choosesPhoto(photo, "wait", "reward");
  await guest.sees("picture");
  const button = await guest.find("next").innerText();
  await guest.passes("reward");
  await guest.seesPhase("share");
  await guest.picture();
  return { uid: await guest.uid(), button, uncaught: stage.uncaught };
}

/** The server asks for an answer to a step that only a newer page knows. */
export async function requiredUnknownStep(stage, { project }) {
  const guest = await stage.guest();
  guest.project = project;
  const { page } = guest;
  const makeOlder = async (route) => {
    const response = await route.fetch();
    if (route.request().method() !== "POST") return route.fulfill({ response });
    const json = await response.json();
    for (const step of json.result.steps) if (step.id === "name") step.type = "hologram";
    return route.fulfill({ response, json });
  };
  await page.route("**/createSession", makeOlder);
  let completions = 0;
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/completeSession")) completions += 1;
  });
  await guest.open();
  await guest.find("experience").click();
  await guest.find("go-on").click();
  await guest.passes("hello");
  await guest.sees("problem", '[data-reason="steps_unknown"]');
  const words = await guest.find("problem").innerText();
  const asked = completions;
  await page.unroute("**/createSession");
  await guest.find("reload").click();
  await guest.answers("name", "Ada");
  await guest.passes("wait");
  await guest.seesPhase("share");
  return { words, asked, uncaught: stage.uncaught };
}
