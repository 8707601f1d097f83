import { join } from "node:path";

const QUEUE_MS = 4000; // so long that the page can be seen waiting for its picture

/** One visit, with a picture of each kind of screen for the README. */
export async function screenshots(stage, { folder }) {
  const guest = await stage.guest();
  const { page } = guest;
  const shoots = async (name) => {
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(folder, `page-${name}.png`), animations: "disabled" });
  };
  await guest.open();
  await guest.seesPhase("welcome");
  await guest.find("consent").check({ force: true });
  await shoots("welcome");
  await guest.find("experience", '[data-experience="cartoon-booth"]').click();
  await guest.playsPregate();
  await guest.answers("name", "Ada");
  await guest.seesStep("mood");
  await guest.find("option", '[data-value="dreamy"]').check({ force: true });
  await shoots("question");
  await guest.next();
  await guest.seesStep("photo");
  await guest.find("open-camera").click();
  await guest.sees("camera", '[data-ready="true"]');
  await shoots("camera");
  await guest.find("shutter").click();
  await guest.sees("use-photo");
  await stage.faults({ delayMs: [QUEUE_MS, QUEUE_MS] });
  await guest.find("use-photo").click();
  await guest.seesStep("wait");
  await guest.sees("job", '[data-status="pending"]');
  await shoots("waiting");
  await stage.faults({});
  await guest.waitsForPicture();
  await guest.seesStep("fun");
  await guest.find("option", '[data-value="5"]').check({ force: true });
  await shoots("scale");
  await guest.next();
  await guest.answers("wish", "");
  await guest.seesPhase("share");
  await guest.picture();
  await shoots("share");
}
