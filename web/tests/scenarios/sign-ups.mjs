import { violations } from "../audit.mjs";

/**
 * Auth refuses the first sign-ups from the venue's address, and the visit goes on by itself. `error` is
 * what Auth answers, or null if there is no answer.
 */
export async function refusedSignUps(stage, { error, refusals, returns = false }) {
  const guest = await stage.guest();
  const { page } = guest;
  const attempts = [];
  await page.route("**/accounts:signUp**", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    attempts.push(Date.now());
    if (attempts.length > refusals) return route.continue();
    if (error === null) return route.abort("internetdisconnected");
    const headers = { "access-control-allow-origin": "*" };
    return route.fulfill({ status: 400, headers, json: { error: { code: 400, message: error } } });
  });
  await guest.open();
  const problem = guest.find("problem");
  await problem.waitFor();
  const shown = {
    reason: await problem.getAttribute("data-reason"),
    text: await problem.innerText(),
    violations: await violations(page),
  };
  const waiting = guest.find("waiting");
  await page.evaluate(() => {
    const seen = { countdowns: [], announced: [], alerts: 0, alert: document.querySelector('[role="alert"]') };
    self.seenWhileWaiting = seen;
    const look = () => {
      const element = document.querySelector('[data-testid="waiting"]');
      if (!element) return;
      const [countdown, status] = [...element.children].map(({ textContent }) => textContent);
      if (seen.countdowns.at(-1) !== countdown) seen.countdowns.push(countdown);
      if (seen.announced.at(-1) !== status) seen.announced.push(status);
      const alert = document.querySelector('[role="alert"]');
      if (alert !== seen.alert) seen.alerts += 1;
    };
    look();
    new MutationObserver(look).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
    });
  });
  const focused = await page.evaluate(() => document.activeElement?.tagName);
  if (returns) {
    await waiting.waitFor();
    await guest.context.setOffline(true);
    await guest.context.setOffline(false);
  }
  await guest.seesPhase("welcome");
  const seen = await page.evaluate(() => {
    const { countdowns, announced, alerts } = self.seenWhileWaiting;
    return { countdowns, announced, alerts };
  });
  return {
    ...shown,
    ...seen,
    focused,
    uid: await guest.uid(),
    gaps: attempts.slice(1).map((at, n) => at - attempts[n]),
    uncaught: stage.uncaught,
  };
}

/** Auth refuses a player's first sign-up on a campaign's page, which then goes on by itself. */
export async function refusedPlayer(stage) {
  const guest = await stage.guest();
  let attempts = 0;
  await guest.page.route("**/accounts:signUp**", (route) => {
    if (route.request().method() !== "POST" || ++attempts > 1) return route.continue();
    const headers = { "access-control-allow-origin": "*" };
    const error = { code: 400, message: "TOO_MANY_ATTEMPTS_TRY_LATER" };
    return route.fulfill({ status: 400, headers, json: { error } });
  });
  await guest.page.goto(`${stage.settings.origin}/play/nothing-here`);
  const problem = guest.find("problem");
  await problem.waitFor();
  const text = await problem.innerText();
  await guest.sees("problem", '[data-reason="campaign_not_found"]');
  return { text, attempts, uncaught: stage.uncaught };
}
