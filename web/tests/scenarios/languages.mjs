// Which language a guest reads, what is loaded of it, and what is stored of what they answer.

/** What the welcome says to a phone of this language, at an address with this query. */
async function welcomed(stage, { locale, query = "", project }) {
  const guest = await stage.guest({ locale });
  if (project) guest.project = project;
  const loaded = [];
  guest.page.on("request", (request) => {
    const language = /assets\/(ar|de|en|es|fr)-/.exec(request.url())?.[1];
    if (language) loaded.push(language);
  });
  await guest.open(query);
  await guest.seesPhase("welcome");
  const seen = await guest.page.evaluate(() => ({
    lang: document.documentElement.lang,
    dir: document.documentElement.dir,
    title: document.title,
    heading: document.querySelector("h1").textContent,
    eyebrow: document.querySelector(".eyebrow").textContent,
    consent: document.querySelector(".consent")?.innerText ?? null,
    experience: document.querySelector(".card-name").textContent,
    offered: [...document.querySelectorAll('[data-testid="language"] option')].map((option) => [
      option.value,
      option.lang,
      option.textContent,
    ]),
  }));
  await guest.context.close();
  return { ...seen, loaded };
}

/** The welcome of a project for each of these phones. */
export async function languageOffered(stage, { phones }) {
  const seen = [];
  for (const phone of phones) seen.push(await welcomed(stage, phone));
  return { seen, uncaught: stage.uncaught };
}

/** A guest whose phone is French chooses German at the welcome, by keyboard, and plays on in it. */
export async function languageChosen(stage) {
  const guest = await stage.guest({ locale: "fr-FR" });
  const { page } = guest;
  const heading = () => page.locator("h1").innerText();
  await guest.open();
  await guest.seesPhase("welcome");
  const before = await heading();
  await guest.find("language").focus();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp"); // past Spanish
  await page.waitForFunction(() => document.documentElement.lang === "de");
  const chosen = { heading: await heading(), url: page.url() };
  await guest.find("consent").check({ force: true });
  await guest.find("experience", '[data-experience="cartoon-booth"]').click();
  await guest.seesStep("welcome");
  const pregate = { heading: await heading(), next: await guest.find("next").innerText(), url: page.url() };
  await guest.next();
  await guest.seesStep("adult");
  const labels = await page.locator(".choice-label").allInnerTexts();
  await guest.next();
  const reminder = await guest.find("answer-error").innerText();
  await guest.answers("adult", { option: true });
  await guest.answers("mail", "");
  await guest.answers("name", "Ada");
  await guest.seesStep("mood");
  const moods = await page.locator(".choice-label").allInnerTexts();
  await page.reload();
  await guest.seesStep("mood");
  const reloaded = await heading();
  await guest.answers("mood", { option: "dreamy" });
  await guest.seesStep("photo");
  await guest.seesSaved();
  return {
    before,
    chosen,
    pregate,
    labels,
    reminder,
    moods,
    reloaded,
    url: page.url(),
    stored: await stage.answers(guest),
    uncaught: stage.uncaught,
  };
}
