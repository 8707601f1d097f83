import { saved } from "../downloads.mjs";

/** A guest plays all phases with the camera, and downloads the picture. */
export async function wholeVisit(stage) {
  const guest = await stage.guest({ acceptDownloads: true });
  await guest.begins();
  await guest.playsPregate();
  await guest.answersQuestions();
  await guest.takesPhoto();
  await guest.waitsForPicture();
  await guest.playsPreshare();
  const picture = await guest.picture();
  const downloading = guest.page.waitForEvent("download");
  await guest.find("download").click();
  const download = await downloading;
  return {
    uid: await guest.uid(),
    address: guest.page.url(),
    picture,
    download: { name: download.suggestedFilename(), path: await saved(download, stage) },
    code: await guest.find("qr").getAttribute("data-url"),
    uncaught: stage.uncaught,
  };
}

/** A guest plays all phases at an origin whose certificate is self-signed; a friend sees the picture. */
export async function visitOverHttps(stage) {
  const guest = await stage.guest();
  const requests = [];
  guest.context.on("request", (request) => requests.push(request.url()));
  await guest.begins();
  const isSecure = await guest.page.evaluate(() => isSecureContext);
  await guest.playsPregate();
  await guest.answersQuestions();
  // The picture has to come by the listener: polling begins after ten seconds.
  await guest.page.route("**/getSession", (route) => route.abort());
  await guest.takesPhoto();
  await guest.waitsForPicture();
  await guest.page.unroute("**/getSession");
  await guest.playsPreshare();
  const picture = await guest.picture();
  const code = await guest.find("qr").getAttribute("data-url");
  const friend = await stage.guest();
  friend.context.on("request", (request) => requests.push(request.url()));
  await friend.page.goto(code);
  const shared = await friend.page.locator("img.picture").evaluate(async (image) => {
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
  });
  return {
    uid: await guest.uid(),
    isSecure,
    picture,
    shared,
    code,
    requests: requests.filter((url) => !/^(data|blob):/.test(url)),
    uncaught: stage.uncaught,
  };
}

/** A guest reloads in each phase, goes back to the welcome, and forward again. */
export async function reloadAndBack(stage, { photo }) {
  const guest = await stage.guest();
  const { page } = guest;
  const reloads = async (step) => {
    await page.reload();
    await guest.seesStep(step);
  };
  const goesBackAndForth = async (step) => {
    await page.goBack();
    await guest.seesPhase("welcome");
    await page.goForward();
    await guest.seesStep(step);
  };

  await guest.begins();
  await guest.passes("welcome");
  await guest.seesStep("adult");
  await reloads("adult");
  await goesBackAndForth("adult");
  await guest.answers("adult", { option: true });
  await guest.answers("mail", "ada@example.com");
  await guest.seesPhase("main");

  await guest.answers("name", "Ada");
  await guest.seesStep("mood");
  await reloads("mood");
  await guest.find("back").click();
  await guest.seesStep("name");
  const remembered = await guest.find("answer").inputValue();
  await guest.next();
  await guest.seesStep("mood");
  await goesBackAndForth("mood");
  await page.goBack();
  await guest.find("experience", '[data-experience="cartoon-booth"]').click();
  await guest.seesStep("mood");
  await guest.answers("mood", { option: "bold" });
  await guest.seesStep("photo");
  await reloads("photo");
  await guest.choosesPhoto(photo);
  await page.reload();
  await guest.waitsForPicture();

  await guest.answers("fun", { option: 4 });
  await guest.seesStep("wish");
  await reloads("wish");
  await goesBackAndForth("wish");
  await guest.answers("wish", "");
  await guest.seesPhase("share");
  await page.reload();
  await guest.picture();
  await page.goBack();
  await guest.seesPhase("welcome");
  await page.goForward();
  await guest.seesPhase("share");
  return {
    uid: await guest.uid(),
    remembered,
    picture: await guest.picture(),
  };
}
