// The suite's page of the mails that were written, by mouse and by keyboard, and what is in them.

import { violations } from "../audit.mjs";

/** The page of all mails, as a developer sees it who opens it and walks through it with Tab. */
export async function mailsPage(stage, { subject, session }) {
  const person = await stage.guest({ hasTouch: false, isMobile: false });
  const { page } = person;
  const uncaught = [];
  page.on("pageerror", (error) => uncaught.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") uncaught.push(message.text());
  });
  await page.goto(`${stage.settings.hub}/mail`);
  const mail = page.getByRole("article", { name: subject }).filter({ hasText: session });
  await mail.waitFor();
  const frame = mail.getByTitle(subject).contentFrame();
  const picture = frame.locator("img").last();
  await picture.scrollIntoViewIfNeeded();
  await picture.evaluate((image) => image.decode());
  const seen = {
    facts: await mail.locator("dd").allTextContents(),
    plain: await mail.locator("pre").textContent(),
    size: await picture.evaluate((image) => [image.naturalWidth, image.naturalHeight]),
    links: await frame.locator("a").evaluateAll((all) => all.map(({ href }) => href)),
    html: await frame.locator("html").evaluate(({ lang, dir }) => ({ lang, dir })),
    sandbox: await mail.locator("iframe").getAttribute("sandbox"),
    overflow: await frame.locator("body").evaluate((body) => body.scrollWidth - innerWidth),
    violations: await violations(page),
  };
  await page.screenshot({ path: `${stage.settings.screenshots}/mails.png`, fullPage: true });
  await page.emulateMedia({ colorScheme: "dark" });
  seen.dark = await violations(page);

  await page.evaluate(() => document.activeElement?.blur());
  const summary = mail.locator("summary");
  for (let press = 0; press < 200; press++) {
    await page.keyboard.press("Tab");
    if (await summary.evaluate((each) => each === document.activeElement)) break;
  }
  await page.keyboard.press("Enter");
  seen.opened = await mail.locator("details").evaluate(({ open }) => open);
  return { ...seen, uncaught };
}

/** The html of a mail, as a reader's program shows it: what axe finds, in light and on a phone. */
export async function mailAlone(stage, { html }) {
  const { page } = await stage.guest();
  await page.setContent(html);
  return {
    violations: await violations(page),
    overflow: await page.evaluate(() => document.body.scrollWidth - innerWidth),
  };
}
