// A guest in a tab: what they see, by the page's stable handles, and what they do.

export class GuestTab {
  constructor(page, { origin, project, event }) {
    this.page = page;
    this.origin = origin;
    this.project = project;
    this.event = event;
  }

  /** The guest's uid, as the SDK stores it in the browser. */
  uid() {
    return this.page.evaluate(async () => {
      const settled = (request) =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const db = await settled(indexedDB.open("firebaseLocalStorageDb"));
      const store = db.transaction("firebaseLocalStorage").objectStore("firebaseLocalStorage");
      const entries = await settled(store.getAll());
      db.close();
      return entries.find(({ fbase_key: key }) => key.startsWith("firebase:authUser"))?.value.uid;
    });
  }

  get context() {
    return this.page.context();
  }

  find(testId, selector = "") {
    return this.page.locator(`[data-testid="${testId}"]${selector}`);
  }

  async open(path = "") {
    await this.page.goto(`${this.origin}/${this.project}${path}`);
  }

  async openEvent(event = this.event, query = "") {
    await this.page.goto(`${this.origin}/e/${event}${query}`);
  }

  async sees(testId, selector = "") {
    await this.find(testId, selector).first().waitFor();
  }

  async seesPhase(phase) {
    await this.sees("page", `[data-phase="${phase}"]`);
  }

  /** Any of these steps. */
  async seesStep(...ids) {
    await this.sees("step", `:is(${ids.map((id) => `[data-step="${id}"]`)})`);
  }

  async seesSaved() {
    await this.sees("save-state", '[data-state="saved"]');
  }

  async next() {
    await this.find("next").click();
  }

  /** Answers the step with a text, or with an option by its value, and goes to the next step. */
  async answers(step, value) {
    await this.seesStep(step);
    if (typeof value === "string") await this.find("answer").fill(value);
    else await this.find("option", `[data-value="${value.option}"]`).check({ force: true });
    await this.next();
  }

  async passes(step) {
    await this.seesStep(step);
    await this.next();
  }

  /** From the welcome to the first phase. */
  async begins(experience = "cartoon-booth") {
    await this.open();
    await this.seesPhase("welcome");
    await this.find("consent").check({ force: true });
    await this.find("experience", `[data-experience="${experience}"]`).click();
  }

  /** From an event's consent to the first step of its journey. */
  async beginsJourney() {
    await this.openEvent();
    await this.seesPhase("welcome");
    await this.find("consent").check({ force: true });
    await this.find("begin").click();
    await this.seesPhase("journey");
  }

  /** The questions of the event's journey, up to its photo. */
  async playsToPhoto(experience = "pencil-booth") {
    await this.passes("welcome");
    await this.answers("adult", { option: true });
    await this.answers("mail", "ada@example.com");
    await this.answers("style", { option: experience });
    await this.seesStep("drinks");
    for (const drink of ["water", "juice"]) {
      await this.find("option", `[data-value="${drink}"]`).check({ force: true });
    }
    await this.next();
    await this.answersQuestions();
  }

  async playsPregate() {
    await this.passes("welcome");
    await this.answers("adult", { option: true });
    await this.answers("mail", "ada@example.com");
    await this.seesPhase("main");
  }

  async answersQuestions({ name = "Ada", mood = "dreamy" } = {}) {
    await this.answers("name", name);
    await this.answers("mood", { option: mood });
    await this.seesStep("photo");
  }

  async takesPhoto(...next) {
    await this.seesStep("photo");
    await this.find("open-camera").click();
    await this.sees("camera", '[data-ready="true"]');
    await this.find("shutter").click();
    await this.#sendsPhoto(...next);
  }

  async choosesPhoto(file, ...next) {
    await this.seesStep("photo");
    await this.find("file").setInputFiles(file);
    await this.#sendsPhoto(...next);
  }

  /** A picture that is ready soon opens the reward. */
  async #sendsPhoto(...next) {
    await this.find("use-photo").click();
    await this.seesStep(...(next.length ? next : ["wait", "reward"]));
  }

  /** Waits for the picture, and goes to the questions at the end. */
  async waitsForPicture() {
    await this.sees("picture");
    await this.passes("reward");
    await this.seesPhase("preshare");
  }

  async playsPreshare() {
    await this.answers("fun", { option: 5 });
    await this.answers("wish", "Nothing");
    await this.seesPhase("share");
  }

  /** The width and height of the decoded picture. A broken image fails. */
  async picture() {
    await this.sees("picture");
    return this.find("picture").evaluate(async (image) => {
      await image.decode();
      return [image.naturalWidth, image.naturalHeight];
    });
  }
}
