import { join } from "node:path";

const DELAY_MS = 4000; // long enough to catch the page while it waits for the picture

/** One visit, with a screenshot of each kind of screen for the README. */
export async function screenshots(stage, { folder }) {
  const guest = await stage.guest();
  const { page } = guest;
  const shoot = async (name) => {
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(folder, `page-${name}.png`), animations: "disabled" });
  };
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
}
