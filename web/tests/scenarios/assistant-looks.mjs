// The assistant by keyboard alone, and on screens of all kinds.

import { join } from "node:path";
import { violations } from "../audit.mjs";
import { arrives, asks, focusedId, hears, sees, signsIn } from "./assistant.mjs";
import { tabTo } from "./keyboard.mjs";

const ZOOMED = { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 };
const SCREENS = {
  phone: { viewport: { width: 360, height: 740 } },
  zoomed: { ...ZOOMED, hasTouch: false, isMobile: false },
  dark: {
    viewport: { width: 1200, height: 800 },
    hasTouch: false,
    isMobile: false,
    colorScheme: "dark",
  },
  still: { viewport: { width: 1200, height: 800 }, reducedMotion: "reduce", isMobile: false },
};

/** Everything without a mouse. */
export async function assistantByKeyboard(stage, given) {
  const tab = await arrives(stage, given);
  const { keyboard } = tab.page;
  const focus = [];
  const press = async (testId, key = "Enter") => {
    await tabTo(tab.page, tab.find(testId).first());
    await keyboard.press(key);
  };
  focus.push(await focusedId(tab));
  await keyboard.type(given.email);
  await keyboard.press("Tab");
  await keyboard.type(given.password);
  await keyboard.press("Enter");
  await sees(tab, "chat");
  await focusIsAt(tab, "message");
  await keyboard.type("List my");
  await keyboard.press("Shift+Enter");
  await keyboard.type("campaigns");
  await keyboard.press("Enter");
  const heard = await hears(tab, 2);
  focus.push(await focusedId(tab));
  await tab.sees("chat");
  await press("rename");
  await tab.sees("rename-dialog");
  focus.push(await focusedId(tab));
  await keyboard.press("Escape");
  await focusIsAt(tab, "rename");
  await keyboard.press("Enter");
  await tab.sees("rename-dialog");
  await keyboard.press("ControlOrMeta+A");
  await keyboard.type("Renamed by keys");
  const audit = await violations(tab.page);
  await keyboard.press("Enter");
  await tab.page.getByRole("heading", { name: "Renamed by keys" }).waitFor();
  await press("new-chat");
  await focusIsAt(tab, "message");
  await press("delete");
  await tab.sees("delete-dialog");
  focus.push(await focusedId(tab));
  audit.push(...(await violations(tab.page)));
  await keyboard.press("Shift+Tab");
  await keyboard.press("Enter");
  await tab.page.getByText("No chats yet.").waitFor();
  await focusIsAt(tab, "new-chat");
  return { focus, heard, audit, uncaught: stage.uncaught };
}

function focusIsAt(tab, testId) {
  return tab.find(testId, ":focus").waitFor();
}

/** A chat with a proposal on each kind of screen. */
export async function assistantOnScreens(stage, given) {
  const seen = {};
  for (const [name, options] of Object.entries(SCREENS)) {
    const tab = await signsIn(stage, given, options);
    await asks(tab, given.ask);
    await hears(tab, 2);
    await tab.sees("proposal", '[data-state="open"]');
    const { page } = tab;
    const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    const audit = await violations(page);
    const menu = tab.find("menu");
    let covered = null;
    if (await menu.isVisible()) {
      await menu.click();
      await tab.find("open-chat").first().waitFor();
      audit.push(...(await violations(page)));
      covered = await page.locator("main").evaluate((main) => main.inert);
      await tab.find("open-chat").first().press("Escape");
      covered &&= (await focusedId(tab)) === "menu";
    }
    await tab.find("confirm").scrollIntoViewIfNeeded();
    const field = await tab.find("message").boundingBox();
    seen[name] = { wider: width, audit, covered, field: field && Math.round(field.width) };
    await tab.context.close();
  }
  return { seen, uncaught: stage.uncaught };
}

/** A long text, and the counter that bounds it. */
export async function assistantCounts(stage, given) {
  const tab = await signsIn(stage, given);
  const counters = [];
  for (const length of [6999, 7000, 8001]) {
    await tab.find("message").fill("x".repeat(length));
    const counter = tab.find("counter");
    counters.push((await counter.count()) ? await counter.innerText() : null);
  }
  await tab.page.keyboard.press("Enter");
  return {
    counters,
    entries: await tab.find("entry").count(),
    invalid: await tab.find("message").getAttribute("aria-invalid"),
    audit: await violations(tab.page),
    uncaught: stage.uncaught,
  };
}

/** The pictures of the docs. */
export async function assistantScreenshots(stage, { folder, ...given }) {
  const tab = await signsIn(stage, given, { ...SCREENS.dark, colorScheme: "light" });
  const shoot = async ({ page }, name) => {
    await page.evaluate(() => document.activeElement.blur());
    await page.screenshot({ path: join(folder, `assistant-${name}.png`), animations: "disabled" });
  };
  await asks(tab, "Create a campaign called Summer wheel");
  await hears(tab, 2);
  await tab.find("confirm").click();
  await tab.sees("proposal", '[data-state="confirmed"]');
  await tab.find("new-chat").click();
  await tab.sees("welcome");
  await asks(tab, "How many guests today?");
  await hears(tab, 2);
  await asks(tab, "List my campaigns");
  await hears(tab, 4);
  await asks(tab, "Create a campaign called Autumn wheel");
  await hears(tab, 6);
  await tab.sees("proposal", '[data-state="open"]');
  await shoot(tab, "desktop");
  const phone = await signsIn(stage, given, { ...SCREENS.phone, colorScheme: "dark" });
  await phone.page.goto(tab.page.url());
  await hears(phone, 6);
  await shoot(phone, "phone");
}
