// What a phone loads for its first screen, and what moves on it.

import { readFile } from "node:fs/promises";
import { withTheme } from "../theming.mjs";

const LATE_MS = 400; // a logo that comes after the text
const SETTLED_MS = 700; // after the logo: what moves then has moved

/** Notes in the page when the guest can go on, and all that moves. Runs before the page's own code. */
function observe(ready) {
  window.seen = { shift: 0, sources: [], readyAt: null };
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries()) {
      window.seen.shift += value;
      window.seen.sources.push(...sources.map(({ node }) => node?.outerHTML?.slice(0, 80)));
    }
  }).observe({ type: "layout-shift", buffered: true });
  new MutationObserver((_, observer) => {
    if (!document.querySelector(ready)) return;
    window.seen.readyAt = performance.now();
    observer.disconnect();
  }).observe(document, { subtree: true, childList: true });
}

/** A guest opens a page for the first time; `ready` is what they tap to go on. */
export async function firstScreen(stage, { path, ready, logo, width, height }) {
  const guest = await stage.guest({ viewport: { width, height } });
  const { page, origin } = guest;
  await withTheme(page, { logoUrl: `${origin}/late-logo.png` });
  await page.route("**/late-logo.png", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, LATE_MS));
    await route.fulfill({ body: await readFile(logo), contentType: "image/png" });
  });
  await page.addInitScript(observe, ready);
  await page.goto(`${origin}${path}`);
  await page.locator(ready).first().waitFor();
  await page.locator(".brand-logo").evaluate((image) => image.decode());
  await page.waitForTimeout(SETTLED_MS);
  return page.evaluate(() => {
    const { readyAt, shift, sources } = window.seen;
    const [document] = performance.getEntriesByType("navigation");
    const loaded = performance
      .getEntriesByType("resource")
      .filter(({ startTime, name }) => startTime < readyAt && !name.includes("late-logo"));
    const own = loaded.filter(({ name }) => name.startsWith(location.origin));
    const bytes = (entries) => entries.reduce((sum, each) => sum + each.encodedBodySize, 0);
    const scripts = own.filter(({ name }) => name.endsWith(".js"));
    return {
      scriptBytes: bytes(scripts),
      bytes: bytes([document, ...own]),
      scripts: scripts.map(({ name, encodedBodySize }) => [
        name.split("/").at(-1),
        encodedBodySize,
      ]),
      requests: 1 + own.length,
      calls: loaded.length - own.length,
      shift,
      sources,
    };
  });
}
