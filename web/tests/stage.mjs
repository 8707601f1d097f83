// One scenario's browser contexts, and what to report when it fails.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { GuestTab } from "./guest-tab.mjs";

const MAX_WAIT_MS = 60_000; // reached only by a failure
const PHONE = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 1,
  hasTouch: true,
  isMobile: true,
  locale: "en-GB",
  reducedMotion: "reduce",
};

export class Stage {
  constructor(browser, settings) {
    this.browser = browser;
    this.settings = settings;
    this.contexts = [];
    this.messages = [];
  }

  /** A guest's phone with one tab. */
  async guest(options = {}) {
    // The certificate of the suite's HTTPS origin is self-signed.
    const ignoreHTTPSErrors = this.settings.origin?.startsWith("https:") ?? false;
    const context = await this.browser.newContext({ ...PHONE, ignoreHTTPSErrors, ...options });
    this.contexts.push(context);
    context.setDefaultTimeout(MAX_WAIT_MS);
    context.on("weberror", (error) => this.messages.push(`uncaught: ${error.error()}`));
    context.on("console", (message) => {
      if (["error", "warning"].includes(message.type()))
        this.messages.push(`console: ${message.text()}`);
    });
    return this.tab(context);
  }

  /** Another tab of the same phone. */
  async tab(context) {
    return new GuestTab(await context.newPage(), this.settings);
  }

  /** Errors that the page itself has thrown, which no visit may have. */
  get uncaught() {
    return this.messages.filter((line) => line.startsWith("uncaught"));
  }

  /** Set the faults of the suite. `{}` ends them. */
  async setFaults(faults) {
    const response = await fetch(`${this.settings.hub}/faults`, {
      method: "POST",
      body: JSON.stringify(faults),
    });
    if (!response.ok) throw new Error(await response.text());
  }

  /** A stored document of the project, read without the security rules. */
  async document(path) {
    return decoded({ mapValue: await this.#stored(`/projects/${this.settings.project}/${path}`) });
  }

  /** Change a text of a stored document, at this path of fields. */
  async changeText(path, field, text) {
    const fields = field
      .split(".")
      .reduceRight((value, name) => ({ mapValue: { fields: { [name]: value } } }), {
        stringValue: text,
      });
    await this.#stored(`/${path}?updateMask.fieldPaths=${field}`, fields.mapValue, "PATCH");
  }

  /** Change a number of a stored document. */
  async setInteger(path, field, number) {
    const fields = { [field]: { integerValue: number } };
    await this.#stored(`/${path}?updateMask.fieldPaths=${field}`, { fields }, "PATCH");
  }

  /** How many documents a stored collection has. */
  async count(parent, collectionId) {
    const query = { from: [{ collectionId }] };
    const found = await this.#stored(`/${parent}:runQuery`, { structuredQuery: query });
    return found.filter(({ document }) => document).length;
  }

  /** The guest's stored session of a phase. */
  async session(guest, phase) {
    const sessions = await this.#sessions(guest, `/projects/${this.settings.project}`);
    return sessions.find((session) => session.phase === phase);
  }

  /** End the guest's one session of the event with this error, as the server does. */
  async failJourney(guest, error, errorCode) {
    const event = `/events/${this.settings.event}`;
    const [{ id, updatedAt }] = await this.#sessions(guest, event);
    const fields = {
      state: { stringValue: "error" },
      error: { stringValue: error },
      errorCode: { stringValue: errorCode },
      updatedAt: { integerValue: updatedAt + 1 },
    };
    const mask = [...Object.keys(fields), "resultImagePath"];
    const query = mask.map((name) => `updateMask.fieldPaths=${name}`).join("&");
    await this.#stored(`${event}/sessions/${id}?${query}`, { fields }, "PATCH");
  }

  async #sessions(guest, parent) {
    const value = { stringValue: await guest.uid() };
    const filter = { fieldFilter: { field: { fieldPath: "createdBy" }, op: "EQUAL", value } };
    const query = { from: [{ collectionId: "sessions" }], where: filter };
    const found = await this.#stored(`${parent}:runQuery`, { structuredQuery: query });
    return found.flatMap(({ document }) => (document ? [decoded({ mapValue: document })] : []));
  }

  /** The stored answers of the guest's main session, by step. */
  async answers(guest) {
    const { answers } = await this.session(guest, "main");
    return Object.fromEntries(answers.map(({ stepId, value }) => [stepId, value]));
  }

  async #stored(path, body, method = body ? "POST" : "GET") {
    const { firestore, firebaseProject } = this.settings;
    const documents = `projects/${firebaseProject}/databases/(default)/documents`;
    const response = await fetch(`http://${firestore}/v1/${documents}${path}`, {
      method,
      headers: { Authorization: "Bearer owner" },
      body: body && JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return response.json();
  }

  /** Poll until `read` returns something, and return that. */
  async poll(read) {
    const deadline = Date.now() + MAX_WAIT_MS;
    for (;;) {
      const found = await read();
      if (found) return found;
      if (Date.now() > deadline) throw new Error(`timed out: ${read}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Take a screenshot of each tab, and return their messages. */
  async describeFailure(scenario) {
    const lines = this.messages.slice(-20);
    await mkdir(this.settings.screenshots, { recursive: true });
    const pages = this.contexts.flatMap((context) => context.pages());
    for (const [number, page] of pages.entries()) {
      const path = join(this.settings.screenshots, `${scenario}-${number + 1}.png`);
      try {
        await page.screenshot({ path, timeout: 10_000 });
        lines.push(`at ${page.url()}: ${path}`);
      } catch (error) {
        lines.push(`at ${page.url()}: no screenshot, ${error.message}`);
      }
    }
    return lines.join("\n");
  }

  async close() {
    for (const context of this.contexts) await context.close();
  }
}

/** The JavaScript value of a value in Firestore's REST API. */
function decoded(value) {
  const [[kind, content]] = Object.entries(value);
  if (kind === "integerValue") return Number(content);
  if (kind === "arrayValue") return (content.values ?? []).map(decoded);
  if (kind !== "mapValue") return content;
  const fields = Object.entries(content.fields ?? {});
  return Object.fromEntries(fields.map(([name, field]) => [name, decoded(field)]));
}
