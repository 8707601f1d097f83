import { violations } from "../audit.mjs";
import { saved } from "../downloads.mjs";
import { erases } from "../erasing.mjs";

/**
 * A guest plays an event's journey with a step of each type. They reload in the middle, go back and
 * replace the photo of the camera by another one, and download the picture.
 */
export async function wholeJourney(stage, { photo }) {
  const guest = await stage.guest({ acceptDownloads: true });
  const { page } = guest;
  const screens = {};
  await guest.openEvent();
  await guest.seesPhase("welcome");
  await guest.find("begin").click();
  const reminder = await guest.find("notice").textContent();
  screens.consent = await violations(page);
  await guest.find("consent").check({ force: true });
  await guest.find("begin").click();
  const types = [];
  const sees = async (step) => {
    await guest.seesStep(step);
    types.push(await guest.find("step").getAttribute("data-type"));
  };

  await sees("welcome");
  await guest.next();
  await sees("adult");
  await guest.answers("adult", { option: true });
  await sees("mail");
  await guest.answers("mail", "ada@example.com");
  await sees("style");
  const previews = await page.locator(".choice-preview").evaluateAll((images) =>
    Promise.all(images.map((image) => image.decode().then(() => image.naturalWidth > 0))),
  );
  screens.picker = await violations(page);
  await guest.answers("style", { option: "pencil-booth" });
  await sees("drinks");
  for (const drink of ["water", "juice"]) {
    await guest.find("option", `[data-value="${drink}"]`).check({ force: true });
  }
  await guest.next();

  await sees("name");
  await guest.find("answer").fill("Ad");
  await page.reload();
  await guest.seesStep("name");
  const draft = await guest.find("answer").inputValue();
  await guest.answers("name", "Ada");
  await sees("mood");
  await guest.answers("mood", { option: "dreamy" });
  await sees("photo");
  await guest.takesPhoto("fun");
  await sees("fun");
  await guest.find("back").click();
  await guest.seesStep("photo");
  await guest.sees("preview");
  await guest.find("retake").click();
  await guest.choosesPhoto(photo, "fun");
  await guest.answers("fun", { option: 5 });
  await sees("wish");
  await guest.answers("wish", "Nothing");
  await guest.seesStep("wait", "reward");
  types.push("processing"); // a picture that is ready soon opens the reward
  await sees("reward");
  const picture = await guest.picture();
  await guest.next();
  await guest.seesPhase("share");
  await guest.picture();
  // Its frame takes the picture's shape once the page has seen it load. A cropped one never does.
  const shown = await stage.poll(() =>
    guest.find("picture").evaluate((image) => {
      const { clientWidth: wide, clientHeight: high, naturalWidth, naturalHeight } = image;
      const whole = Math.abs(wide * naturalHeight - high * naturalWidth);
      return whole < 0.01 * high * naturalWidth && [wide, high];
    }),
  );
  screens.end = await violations(page);
  const downloading = page.waitForEvent("download");
  await guest.find("download").click();
  const download = await downloading;
  return {
    uid: await guest.uid(),
    reminder,
    draft,
    previews,
    types,
    picture,
    shown,
    download: await saved(download, stage),
    code: await guest.find("qr").getAttribute("data-url"),
    screens,
    uncaught: stage.uncaught,
  };
}

/** Only another photo can help, and the guest takes one, in the same session. */
export async function anotherPhoto(stage, { photo, other }) {
  const guest = await stage.guest();
  const playsFromPhoto = async (file) => {
    await guest.choosesPhoto(file, "fun");
    await guest.answers("fun", { option: 4 });
    await guest.answers("wish", "");
    await guest.sees("picture");
    await guest.passes("reward");
    await guest.seesPhase("share");
    return guest.picture();
  };
  await guest.beginsJourney();
  await guest.playsToPhoto();
  const first = await playsFromPhoto(photo);
  const error = "AI transform failed: This picture is not made.";
  await stage.failJourney(guest, error, "SAFETY_FILTERED");
  await guest.sees("job", '[data-status="failed"]');
  const text = await guest.find("job").textContent();
  await guest.find("again").click();
  await guest.seesStep("photo");
  await guest.find("retake").click();
  const second = await playsFromPhoto(other);
  return { uid: await guest.uid(), text, first, second, uncaught: stage.uncaught };
}

/** A guest reloads at the end, makes another picture, and follows it in a second tab. */
export async function journeyAgain(stage, { photo }) {
  const guest = await stage.guest();
  const plays = async () => {
    await guest.playsToPhoto();
    await guest.choosesPhoto(photo, "fun");
    await guest.answers("fun", { option: 4 });
    await guest.answers("wish", "");
    await guest.sees("picture");
    // Until the server knows, a reload shows the last step again.
    const known = guest.page.waitForResponse((response) => response.url().endsWith("/goToStep"));
    await guest.passes("reward");
    await guest.seesPhase("share");
    await guest.picture();
    await known;
  };
  await guest.beginsJourney();
  await plays();
  await guest.page.reload();
  await guest.seesPhase("share");
  await guest.find("again").click();
  await guest.seesStep("welcome");
  const second = await stage.tab(guest.context);
  await second.openEvent();
  await second.seesStep("welcome");
  await guest.next();
  await second.seesStep("adult");
  await second.find("back").click();
  await guest.seesStep("welcome");
  await plays();
  await second.sees("picture");
  return { uid: await guest.uid(), uncaught: stage.uncaught };
}

/** The provider fails until the guest sees why, and they try once more. */
export async function journeyError(stage, { photo }) {
  const guest = await stage.guest();
  await guest.beginsJourney();
  await guest.playsToPhoto();
  await guest.choosesPhoto(photo, "fun");
  await guest.answers("fun", { option: 1 });
  await stage.setFaults({ provider: 1 });
  await guest.answers("wish", "");
  await guest.sees("job", '[data-status="failed"]');
  const text = await guest.find("job").textContent();
  await stage.setFaults({});
  await guest.find("retry").click();
  const picture = await guest.picture();
  return { uid: await guest.uid(), text, picture, uncaught: stage.uncaught };
}

/** An event without a journey: a photo, and the picture that its address names. */
export async function photoAlone(stage, { event, experience, photo }) {
  const guest = await stage.guest();
  await guest.openEvent(event, `?experience=${experience}`);
  await guest.choosesPhoto(photo);
  await guest.page.reload();
  await guest.sees("picture");
  await guest.passes("reward");
  await guest.seesPhase("share");
  await guest.picture();
  return { uid: await guest.uid(), uncaught: stage.uncaught };
}

/** A guest deletes their visit at its end, and may begin a new one. */
export async function erasedJourney(stage, { event, experience, photo }) {
  const guest = await stage.guest();
  const { page } = guest;
  await guest.openEvent(event, `?experience=${experience}`);
  await guest.choosesPhoto(photo);
  await guest.passes("reward");
  await guest.seesPhase("share");
  await guest.picture();
  const code = await guest.find("qr").getAttribute("data-url");
  const erasing = await erases(guest);
  await guest.seesStep("photo");
  return { uid: await guest.uid(), code, erasing, address: page.url(), uncaught: stage.uncaught };
}
