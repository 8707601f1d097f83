import { violations } from "../audit.mjs";

const MAX_PRESSES = 60; // more than any screen has tab stops

/** A guest without a mouse, what they do, and what axe found on each screen that they audited. */
async function keyboardGuest(stage) {
  const guest = await stage.guest({ hasTouch: false, isMobile: false });
  const { page } = guest;
  const screens = {};
  const audit = async (screen) => {
    screens[screen] = await violations(page);
  };
  const press = async (testId, selector = "", key = "Enter") => {
    await tabTo(page, guest.find(testId, selector).first());
    await page.keyboard.press(key);
  };
  const writes = async (step, text) => {
    await guest.seesStep(step);
    await tabTo(page, guest.find("answer"));
    await page.keyboard.type(text);
    await audit(step);
    await page.keyboard.press("Enter");
  };
  const picks = async (step, value) => {
    await guest.seesStep(step);
    await tabToGroup(page, guest);
    const wanted = guest.find("option", `[data-value="${value}"]`);
    await page.keyboard.press("Space");
    for (let press = 0; !(await wanted.isChecked()); press++) {
      if (press > MAX_PRESSES) throw new Error(`${step}: the arrows do not lead to ${value}`);
      await page.keyboard.press("ArrowDown");
    }
    await audit(step);
    await press("next");
  };
  /** Open the camera, close it, open it again, and take a photo. */
  const takesPhoto = async () => {
    await guest.seesStep("photo");
    await audit("photo");
    await press("open-camera");
    await guest.sees("camera", '[data-ready="true"]');
    await page.keyboard.press("Escape");
    await hasFocus(guest.find("open-camera"));
    await page.keyboard.press("Enter");
    await guest.sees("camera", '[data-ready="true"]');
    await audit("camera");
    await press("shutter");
    await hasFocus(guest.find("use-photo"));
    await audit("preview");
    await press("use-photo");
  };
  return { guest, screens, audit, press, writes, picks, takesPhoto };
}

/** A visit by keyboard alone. axe checks each screen on the way. */
export async function keyboardVisit(stage) {
  const { guest, screens, audit, press, writes, picks, takesPhoto } = await keyboardGuest(stage);
  await guest.open();
  await guest.seesPhase("welcome");
  await audit("welcome");
  await press("consent", "", "Space");
  await press("experience", '[data-experience="cartoon-booth"]');
  await guest.seesStep("welcome");
  await audit("first");
  await press("next");
  await picks("adult", "true");
  await writes("mail", "ada@example.com");
  await guest.seesPhase("main");
  await writes("name", "Ada");
  await picks("mood", "dreamy");
  await takesPhoto();
  await guest.sees("picture");
  await audit("reward");
  await press("next");
  await picks("fun", "5");
  await guest.seesStep("wish");
  await audit("wish");
  await press("next");
  await guest.seesPhase("share");
  await guest.picture();
  await audit("share");
  await press("again");
  await guest.seesPhase("welcome");
  await audit("welcomeAgain");
  return { uid: await guest.uid(), screens, uncaught: stage.uncaught };
}

/** An event's journey by keyboard alone, as far as it differs from a visit. */
export async function keyboardJourney(stage) {
  const { guest, screens, audit, press, writes, picks, takesPhoto } = await keyboardGuest(stage);
  await guest.openEvent();
  await guest.seesPhase("welcome");
  await press("begin");
  await hasFocus(guest.find("consent"));
  await guest.page.keyboard.press("Space");
  await audit("consent");
  await press("begin");
  await guest.seesStep("welcome");
  await press("next");
  await picks("adult", "true");
  await writes("mail", "ada@example.com");
  await picks("style", "pencil-booth");
  await guest.seesStep("drinks");
  await press("option", '[data-value="juice"]', "Space");
  await audit("drinks");
  await press("next");
  await writes("name", "Ada");
  await picks("mood", "dreamy");
  await takesPhoto();
  await picks("fun", "5");
  await guest.seesStep("wish");
  await press("next");
  await guest.sees("picture");
  await audit("reward");
  await press("next");
  await guest.seesPhase("share");
  await guest.picture();
  await audit("end");
  await press("again");
  await guest.seesStep("welcome");
  return { uid: await guest.uid(), screens, uncaught: stage.uncaught };
}

export async function tabTo(page, target) {
  await target.waitFor({ state: "attached" });
  const focused = () => target.evaluate((element) => element === document.activeElement);
  for (let press = 0; !(await focused()); press++) {
    if (press > MAX_PRESSES) throw new Error(`Tab never reaches ${target}`);
    await page.keyboard.press("Tab");
  }
}

/** Waits until the target has the focus without a key press. */
async function hasFocus(target) {
  await target.and(target.page().locator(":focus")).waitFor();
}

/** Press Tab until it stops at an option of the step. */
export async function tabToGroup(page, guest) {
  const focused = guest.find("option", ":focus");
  for (let press = 0; (await focused.count()) === 0; press++) {
    if (press > MAX_PRESSES) throw new Error("Tab never reaches an option");
    await page.keyboard.press("Tab");
  }
}
