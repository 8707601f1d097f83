// A guest erases their visit, and hesitates first.

import { violations } from "./audit.mjs";

/** What the question says and does until it is answered with yes. */
export async function erases(guest) {
  const { page } = guest;
  const question = guest.find("erase-question");
  const focused = () => page.evaluate(() => document.activeElement?.dataset.testid);
  const opens = async () => {
    await guest.find("erase").click();
    await question.waitFor();
  };
  await opens();
  const seen = {
    role: await question.getAttribute("role"),
    title: await question.getByRole("heading").innerText(),
    text: await question.locator("p").innerText(),
    choices: await question.getByRole("button").allInnerTexts(),
    focus: [await focused()],
    violations: [],
  };
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    seen.violations.push(...(await violations(page)));
  }
  await page.keyboard.press("Escape");
  await question.waitFor({ state: "detached" });
  seen.focus.push(await focused());
  await opens();
  await guest.find("erase-keep").click();
  await question.waitFor({ state: "detached" });
  seen.focus.push(await focused());
  await opens();
  await guest.find("erase-confirm").click();
  return seen;
}
