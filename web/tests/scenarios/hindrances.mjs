/** A guest who has the same session in two tabs, and answers in both at once. */
export async function twoTabs(stage) {
  const first = await stage.guest();
  await first.begins();
  await first.playsPregate();
  await first.seesStep("name");
  const second = await stage.tab(first.context);
  await second.page.goto(first.page.url());
  await second.seesStep("name");

  await first.find("answer").fill("Ada");
  await second.answers("name", "Bob");
  await second.seesStep("mood");
  await second.find("option", '[data-value="bold"]').check({ force: true });
  await Promise.all([first.next(), second.next()]);
  const answers = await stage.eventually(async () => {
    const { name, mood } = await stage.answers(first);
    return name === "Ada" && mood === "bold" && { name, mood };
  });
  return { uids: [await first.uid(), await second.uid()], answers };
}

/** A guest without a connection for a while, who goes on answering. */
export async function offlineMoment(stage) {
  const guest = await stage.guest();
  await guest.begins();
  await guest.playsPregate();
  await guest.seesStep("name");
  await guest.context.setOffline(true);
  await guest.answersQuestions({ name: "Ada", mood: "happy" });
  await guest.sees("save-state", '[data-state="offline"]');
  const meanwhile = await stage.answers(guest);
  await guest.context.setOffline(false);
  const afterwards = await stage.eventually(async () => {
    const answers = await stage.answers(guest);
    return "name" in answers && "mood" in answers && answers;
  });
  await guest.seesSaved();
  await guest.page.reload();
  await guest.seesStep("photo");
  return { uid: await guest.uid(), meanwhile, afterwards };
}

/** A guest who chooses what is no photo, or too much of one, and then a photo. */
export async function wrongFiles(stage, { text, disguised, large, photo }) {
  const guest = await stage.guest();
  await guest.begins();
  await guest.playsPregate();
  await guest.answersQuestions();
  const refused = async (file, send) => {
    await guest.find("file").setInputFiles(file);
    if (send) await guest.find("use-photo").click();
    const error = guest.find("capture-error", ':not([data-reason=""])');
    await error.waitFor();
    const told = { reason: await error.getAttribute("data-reason"), words: await error.innerText() };
    await guest.page.reload();
    await guest.seesStep("photo");
    return told;
  };
  const told = [await refused(text), await refused(large), await refused(disguised, true)];
  await guest.choosesPhoto(photo);
  await guest.waitsForPicture();
  return { uid: await guest.uid(), told };
}

/** A guest who takes the photo back while the server is looking at it, and sends another one. */
export async function takenBack(stage, { photo, other }) {
  const guest = await stage.guest();
  await guest.begins();
  await guest.playsPregate();
  await guest.answersQuestions();
  let release;
  const held = new Promise((resolve) => {
    release = resolve;
  });
  await guest.page.route("**/confirmUpload", async (route) => {
    if (route.request().method() === "POST") await held;
    await route.continue();
  });
  await guest.find("file").setInputFiles(photo);
  await guest.find("use-photo").click();
  await guest.sees("upload", '[data-state="checking"]');
  await guest.find("upload-cancel").click();
  release();
  // The page hears of the first photo after all, and stays where the guest is.
  const first = await stage.eventually(async () => {
    const { capturedMedia } = await stage.session(guest, "main");
    return capturedMedia[0]?.assetId;
  });
  await guest.find("file").setInputFiles(other);
  await guest.find("use-photo").click();
  await guest.waitsForPicture();
  const { capturedMedia } = await stage.session(guest, "main");
  return { uid: await guest.uid(), first, kept: capturedMedia.map(({ assetId }) => assetId) };
}

/** A guest whose picture's provider fails, until it does not. */
export async function providerFailure(stage, { photo }) {
  const guest = await stage.guest();
  await guest.begins();
  await guest.playsPregate();
  await guest.answersQuestions();
  await stage.faults({ provider: 1 });
  await guest.choosesPhoto(photo);
  const failed = guest.find("job", '[data-status="failed"]');
  await failed.waitFor();
  const words = await failed.innerText();
  const { jobId, jobStatus } = await stage.session(guest, "main");
  const job = await stage.document(`jobs/${jobId}`);
  await stage.faults({});
  await guest.find("retry").click();
  await guest.sees("picture");
  return {
    uid: await guest.uid(),
    words,
    failed: { jobStatus, status: job.status, code: job.error?.code, attempts: job.attempts },
    picture: await guest.picture(),
  };
}
