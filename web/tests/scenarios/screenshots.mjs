import { join } from "node:path";

const DELAY_MS = 4000; // long enough to catch the page while it waits for the picture

/** Takes screenshots of a guest's page. */
const camera = ({ page }, folder) => async (name) => {
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(folder, `page-${name}.png`), animations: "disabled" });
};

/** One visit, with a screenshot of each kind of screen for the README. */
export async function screenshots(stage, { folder }) {
  const guest = await stage.guest();
  const shoot = camera(guest, folder);
  await guest.open();
  await guest.seesPhase("welcome");
  await guest.find("consent").check({ force: true });
  await shoot("welcome");
  await guest.find("experience", '[data-experience="cartoon-booth"]').click();
  await guest.playsPregate();
  await guest.answers("name", "Ada");
  await guest.seesStep("mood");
  await guest.find("option", '[data-value="dreamy"]').check({ force: true });
  await shoot("question");
  await guest.page.emulateMedia({ colorScheme: "dark" });
  await shoot("dark");
  await guest.page.emulateMedia({ colorScheme: "light" });
  await guest.next();
  await guest.seesStep("photo");
  await guest.find("open-camera").click();
  await guest.sees("camera", '[data-ready="true"]');
  await shoot("camera");
  await guest.find("shutter").click();
  await guest.sees("use-photo");
  await stage.setFaults({ delayMs: [DELAY_MS, DELAY_MS] });
  await guest.find("use-photo").click();
  await guest.seesStep("wait");
  await guest.sees("job", '[data-status="pending"]');
  await shoot("waiting");
  await stage.setFaults({});
  await guest.waitsForPicture();
  await guest.seesStep("fun");
  await guest.find("option", '[data-value="5"]').check({ force: true });
  await shoot("scale");
  await guest.next();
  await guest.answers("wish", "");
  await guest.seesPhase("share");
  await guest.picture();
  await shoot("share");
  await guest.page.emulateMedia({ colorScheme: "dark" });
  await guest.page.setViewportSize({ width: 1280, height: 720 });
  await guest.page.evaluate(() => scrollTo(0, 0));
  await shoot("desktop");
}

/** One journey through the event, with a screenshot of its picker and of its end. */
export async function journeyScreenshots(stage, { folder }) {
  const guest = await stage.guest();
  const shoot = camera(guest, folder);
  await guest.beginsJourney();
  await guest.passes("welcome");
  await guest.answers("adult", { option: true });
  await guest.answers("mail", "");
  await guest.seesStep("style");
  await guest.find("option", '[data-value="cartoon-booth"]').check({ force: true });
  await guest.page.locator(".choice-preview").evaluateAll((images) =>
    Promise.all(images.map((image) => image.decode())),
  );
  await shoot("picker");
  await guest.next();
  await guest.seesStep("drinks");
  await guest.next();
  await guest.answersQuestions();
  await guest.takesPhoto("fun");
  await guest.answers("fun", { option: 5 });
  await guest.answers("wish", "");
  await guest.sees("picture");
  await guest.passes("reward");
  await guest.seesPhase("share");
  await guest.picture();
  await shoot("journey-end");
}

/** One visit in a language, with a screenshot of each phase. */
export async function languageScreenshots(stage, { folder, locale }) {
  const guest = await stage.guest({ locale });
  let taken = 0;
  const shoot = async () => {
    const path = join(folder, `visit-${locale}-${++taken}.png`);
    await guest.page.screenshot({ path, animations: "disabled" });
  };
  await guest.open();
  await guest.seesPhase("welcome");
  await guest.find("consent").check({ force: true });
  await shoot();
  await guest.find("experience", '[data-experience="cartoon-booth"]').click();
  await guest.playsPregate();
  await guest.answers("name", "Ada");
  await guest.seesStep("mood");
  await guest.find("option", '[data-value="dreamy"]').check({ force: true });
  await shoot();
  await guest.next();
  await guest.seesStep("photo");
  await shoot();
  await guest.takesPhoto();
  await guest.waitsForPicture();
  await guest.seesStep("fun");
  await guest.find("option", '[data-value="5"]').check({ force: true });
  await shoot();
  await guest.next();
  await guest.answers("wish", "");
  await guest.seesPhase("share");
  await guest.picture();
  await guest.sees("qr");
  await shoot();
}
