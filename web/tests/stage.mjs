// One scenario's browser contexts, and what is known of them when it fails.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Visit } from "./visit.mjs";

const PATIENCE_MS = 60_000; // reached in failure only
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
    this.heard = [];
  }

  /** Somebody's phone, with one tab. */
  async guest(options = {}) {
    const context = await this.browser.newContext({ ...PHONE, ...options });
    this.contexts.push(context);
    context.setDefaultTimeout(PATIENCE_MS);
    context.on("weberror", (error) => this.heard.push(`uncaught: ${error.error()}`));
    context.on("console", (said) => {
      if (["error", "warning"].includes(said.type())) this.heard.push(`console: ${said.text()}`);
    });
    return this.tab(context);
  }

  /** One more tab of the same phone. */
  async tab(context) {
    return new Visit(await context.newPage(), this.settings);
  }

  /** Errors of the page's own, which no visit may have. */
  get uncaught() {
    return this.heard.filter((line) => line.startsWith("uncaught"));
  }

  /** Let this go wrong in the suite from now on; `{}` ends it. */
  async faults(faults) {
    const answer = await fetch(`${this.settings.hub}/faults`, {
      method: "POST",
      body: JSON.stringify(faults),
    });
    if (!answer.ok) throw new Error(await answer.text());
  }

  /** A stored document of the project, read past the rules. */
  async document(path) {
    return decoded({ mapValue: await this.#stored(`/projects/${this.settings.project}/${path}`) });
  }

  /** The guest's stored session of a phase. */
  async session(guest, phase) {
    const { project } = this.settings;
    const value = { stringValue: await guest.uid() };
    const filter = { fieldFilter: { field: { fieldPath: "createdBy" }, op: "EQUAL", value } };
    const query = { from: [{ collectionId: "sessions" }], where: filter };
    const found = await this.#stored(`/projects/${project}:runQuery`, { structuredQuery: query });
    const sessions = found.flatMap(({ document }) =>
      document ? [decoded({ mapValue: document })] : [],
    );
    return sessions.find((session) => session.phase === phase);
  }

  /** The stored answers of the guest's main session, by step. */
  async answers(guest) {
    const { answers } = await this.session(guest, "main");
    return Object.fromEntries(answers.map(({ stepId, value }) => [stepId, value]));
  }

  async #stored(path, body) {
    const { firestore, firebaseProject } = this.settings;
    const documents = `projects/${firebaseProject}/databases/(default)/documents`;
    const answer = await fetch(`http://${firestore}/v1/${documents}${path}`, {
      method: body ? "POST" : "GET",
      headers: { Authorization: "Bearer owner" },
      body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer.json();
  }

  /** What `look` answers, as soon as that is something. */
  async eventually(look) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = await look();
      if (found) return found;
      if (Date.now() > deadline) throw new Error(`never held: ${look}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** A picture of every tab, and what they said. */
  async failed(scenario) {
    const lines = this.heard.slice(-20);
    await mkdir(this.settings.pictures, { recursive: true });
    const pages = this.contexts.flatMap((context) => context.pages());
    for (const [number, page] of pages.entries()) {
      const path = join(this.settings.pictures, `${scenario}-${number + 1}.png`);
      try {
        await page.screenshot({ path, timeout: 10_000 });
        lines.push(`at ${page.url()}: ${path}`);
      } catch (error) {
        lines.push(`at ${page.url()}: no picture, ${error.message}`);
      }
    }
    return lines.join("\n");
  }

  async close() {
    for (const context of this.contexts) await context.close();
  }
}

/** A value as Firestore's REST API writes it, as JavaScript has it. */
function decoded(value) {
  const [[kind, content]] = Object.entries(value);
  if (kind === "integerValue") return Number(content);
  if (kind === "arrayValue") return (content.values ?? []).map(decoded);
  if (kind !== "mapValue") return content;
  const fields = Object.entries(content.fields ?? {});
  return Object.fromEntries(fields.map(([name, field]) => [name, decoded(field)]));
}
