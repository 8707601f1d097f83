/** A guest has the same session in two tabs, and answers in both at once. */
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
  const answers = await stage.poll(async () => {
    const { name, mood } = await stage.answers(first);
    return name === "Ada" && mood === "bold" && { name, mood };
  });
  return { uids: [await first.uid(), await second.uid()], answers };
}

/** A guest keeps answering while the phone is offline. */
export async function offlineAnswers(stage) {
  const guest = await stage.guest();
  await guest.begins();
  await guest.playsPregate();
  await guest.seesStep("name");
  await guest.context.setOffline(true);
  await guest.answersQuestions({ name: "Ada", mood: "happy" });
  await guest.sees("save-state", '[data-state="offline"]');
  const whileOffline = await stage.answers(guest);
  await guest.context.setOffline(false);
  const afterwards = await stage.poll(async () => {
    const answers = await stage.answers(guest);
    return "name" in answers && "mood" in answers && answers;
  });
  await guest.seesSaved();
  await guest.page.reload();
  await guest.seesStep("photo");
  return { uid: await guest.uid(), whileOffline, afterwards };
}

/** A guest chooses files that are no photo or too large, and then a photo. */
export async function rejectedFiles(stage, { text, disguised, large, heic, photo }) {
  const guest = await stage.guest();
  await guest.begins();
  await guest.playsPregate();
  await guest.answersQuestions();
  const rejected = async (file, isSent) => {
    await guest.find("file").setInputFiles(file);
    if (isSent) await guest.find("use-photo").click();
    const error = guest.find("capture-error", ':not([data-reason=""])');
    await error.waitFor();
    const problem = {
      reason: await error.getAttribute("data-reason"),
      text: await error.innerText(),
    };
    await guest.page.reload();
    await guest.seesStep("photo");
    return problem;
  };
  const problems = [await rejected(text), await rejected(large), await rejected(disguised, true)];
  problems.push(await rejected(heic));
  await guest.choosesPhoto(photo);
  await guest.waitsForPicture();
  return { uid: await guest.uid(), problems };
}

/** A guest cancels the upload while the server checks the photo, and sends another one. */
export async function cancelledUpload(stage, { photo, other }) {
  const guest = await stage.guest();
  await guest.begins();
  await guest.playsPregate();
  await guest.answersQuestions();
  let release;
  const released = new Promise((resolve) => {
    release = resolve;
  });
  await guest.page.route("**/confirmUpload", async (route) => {
    if (route.request().method() === "POST") await released;
    await route.continue();
  });
  await guest.find("file").setInputFiles(photo);
  await guest.find("use-photo").click();
  await guest.sees("upload", '[data-state="checking"]');
  await guest.find("upload-cancel").click();
  release();
  // The server has stored the first photo after all. The page must stay at the step.
  const first = await stage.poll(async () => {
    const { capturedMedia } = await stage.session(guest, "main");
    return capturedMedia[0]?.assetId;
  });
  await guest.find("file").setInputFiles(other);
  await guest.find("use-photo").click();
  await guest.waitsForPicture();
  const { capturedMedia } = await stage.session(guest, "main");
  return { uid: await guest.uid(), first, stored: capturedMedia.map(({ assetId }) => assetId) };
}

/** The provider of a guest's picture fails, then succeeds on a retry. */
export async function providerFailure(stage, { photo }) {
  const guest = await stage.guest();
  await guest.begins();
  await guest.playsPregate();
  await guest.answersQuestions();
  await stage.setFaults({ provider: 1 });
  await guest.choosesPhoto(photo);
  const failed = guest.find("job", '[data-status="failed"]');
  await failed.waitFor();
  const text = await failed.innerText();
  const { jobId, jobStatus } = await stage.session(guest, "main");
  const job = await stage.document(`jobs/${jobId}`);
  await stage.setFaults({});
  await guest.find("retry").click();
  await guest.sees("picture");
  return {
    uid: await guest.uid(),
    text,
    failed: { jobStatus, status: job.status, code: job.error?.code, attempts: job.attempts },
    picture: await guest.picture(),
  };
}
