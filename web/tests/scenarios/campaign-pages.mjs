import { violations } from "../audit.mjs";
import { segmentAtPointer } from "../campaign-demo.mjs";

const CALL = "**/playCampaign";

const addressOf = (stage, campaign, query = "") =>
  `${stage.settings.origin}/play/${campaign}${query}`;

async function opens(tab, stage, campaign, query) {
  await tab.page.goto(addressOf(stage, campaign, query));
  await tab.sees("wheel");
}

async function spins(tab) {
  await tab.find("accept").check();
  await tab.find("spin").click();
}

/** What the tab shows of a play that has ended. */
async function result(tab) {
  await tab.sees("result");
  const shown = tab.find("result");
  const [play, segment] = await Promise.all(
    ["data-play", "data-segment"].map((name) => shown.getAttribute(name)),
  );
  const code = tab.find("code");
  return {
    play,
    segment,
    pointer: await segmentAtPointer(tab.page),
    text: await shown.innerText(),
    code: (await code.count()) ? await code.innerText() : null,
    buttons: await tab.find("spin").count(),
    focus: await tab.page.evaluate(() => document.activeElement.dataset.testid ?? null),
  };
}

/** A spin whose answers are lost, a reload in it, and five tabs. */
export async function campaignPlayed(stage, { campaign, tabs: other }) {
  const guest = await stage.guest({ reducedMotion: "no-preference" });
  await opens(guest, stage, campaign);
  let lost = 0;
  await guest.context.route(CALL, async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    await route.fetch();
    lost += 1;
    return route.abort().catch(() => {}); // the page was reloaded meanwhile
  });
  await spins(guest);
  await stage.poll(() => lost > 1);
  const phase = await guest.find("play").getAttribute("data-phase");
  await guest.sees("slow", ":not(:empty)");
  await guest.context.unroute(CALL);
  await guest.page.reload();
  const reloaded = await result(guest);
  const audit = await violations(guest.page);

  const many = await stage.guest();
  const tabs = [many];
  for (let more = 0; more < 4; more++) tabs.push(await stage.tab(many.context));
  for (const tab of tabs) await opens(tab, stage, other);
  // Accepted before: in the other tabs the terms are those that a reload would find.
  for (const tab of tabs) await tab.find("accept").check();
  await Promise.all(tabs.map((tab) => tab.find("spin").click()));
  const five = [];
  for (const tab of tabs) five.push(await result(tab));

  return { uid: await guest.uid(), lost, phase, reloaded, audit, five, uncaught: stage.uncaught };
}

/** A spin that draws the prize after another person has won the last one. */
export async function campaignSoldOut(stage, { campaign }) {
  const guest = await stage.guest({ reducedMotion: "no-preference" });
  await opens(guest, stage, campaign);
  const live = guest.page.getByRole("status").and(guest.find("end"));
  const before = await live.innerText();
  await spins(guest);
  const shown = await result(guest);
  const announced = await live.textContent();
  const wait = await guest.find("slow").innerText();
  const isTurning = () =>
    document.querySelector(".disc").getAnimations({ subtree: true }).length > 0 ||
    document.querySelector("[aria-busy=true]") !== null;
  const turns = await guest.page.evaluate(isTurning);
  const audit = await violations(guest.page);
  await guest.page.reload();
  const reloaded = await result(guest);
  return { before, shown, announced, wait, turns, audit, reloaded, messages: stage.messages };
}

/** Two plays of a day, the network gone before the first one. */
export async function campaignTwice(stage, { campaign }) {
  const guest = await stage.guest();
  await opens(guest, stage, campaign);
  await guest.context.setOffline(true);
  await spins(guest);
  await guest.sees("problem", '[data-reason="offline"]');
  const offline = await guest.find("problem").innerText();
  await guest.context.setOffline(false);
  await guest.find("spin").click();
  const first = await result(guest);
  await guest.find("spin").click();
  await guest.sees("play", '[data-phase="result"][data-number="2"]');
  const second = await result(guest);
  await guest.page.reload();
  const again = await result(guest);
  return { offline, first, second, again, uncaught: stage.uncaught };
}

/** The terms change while the page is open. */
export async function campaignTerms(stage, { workspace, campaign }) {
  const guest = await stage.guest();
  await opens(guest, stage, campaign);
  await stage.changeText(`publicCampaigns/${campaign}`, "terms.version", "2");
  const own = `workspaces/${workspace}/campaigns/${campaign}`;
  await stage.changeText(own, "config.game.terms.version", "2");
  await spins(guest);
  await guest.sees("problem", '[data-reason="terms_required"]');
  const accepted = await guest.find("accept").isChecked();
  const focused = await guest.find("accept", ":focus").count();
  await spins(guest);
  return { accepted, focused, shown: await result(guest), uncaught: stage.uncaught };
}

const READ = "**/documents:batchGet**";

/** The page of an older wheel, where the network fails at first and the host is busy later. */
export async function campaignChanged(stage, { campaign, soon }) {
  const guest = await stage.guest();
  const { page } = guest;
  await page.route(READ, (route) => route.abort());
  await page.goto(addressOf(stage, campaign));
  await guest.sees("problem");
  const unread = await guest.find("problem").getAttribute("data-reason");
  await page.unroute(READ);
  await page.route(READ, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: olderWheel(await response.json()) });
  });
  await guest.find("try-again").click();
  await guest.sees("wheel");
  await page.unroute(READ);
  const older = await page.locator("g[data-segment]").count();
  const busy = [502, 429];
  await page.route(CALL, (route) => {
    if (route.request().method() !== "POST" || busy.length === 0) return route.continue();
    const headers = { "access-control-allow-origin": "*" };
    return route.fulfill({ status: busy.shift(), headers, body: "<html>Busy</html>" });
  });
  await spins(guest);
  const shown = await result(guest);
  const newer = await page.locator("g[data-segment]").count();

  const early = await stage.guest();
  await early.page.clock.install();
  await opens(early, stage, soon);
  const notice = await early.find("notice").innerText();
  await early.page.clock.fastForward("01:00:05");
  await early.find("notice").waitFor({ state: "detached" });
  return { unread, older, shown, newer, notice, uncaught: stage.uncaught };
}

/** What was read, without the last segment and with other ids. */
function olderWheel([read, ...rest]) {
  const { segments } = read.found.fields;
  const { values } = segments.arrayValue;
  values.pop();
  for (const { mapValue } of values) mapValue.fields.id.stringValue += "-older";
  return [read, ...rest];
}

/** One ticket on two phones. */
export async function campaignByTicket(stage, { campaign, ticket }) {
  const shown = [];
  for (let phone = 0; phone < 2; phone++) {
    const guest = await stage.guest();
    await opens(guest, stage, campaign, `?ticket=${ticket}`);
    await spins(guest);
    shown.push(await result(guest));
  }
  return { shown, uncaught: stage.uncaught };
}

/** Why there is no play at each of these addresses. */
export async function campaignRefusals(stage, { cases }) {
  const seen = {};
  const audit = [];
  for (const [name, { campaign, query = "", kept = null }] of Object.entries(cases)) {
    const guest = await stage.guest();
    if (kept) {
      const items = { [`play:${campaign}:asked`]: kept, [`play:${campaign}:terms`]: "1" };
      await guest.context.addInitScript((given) => {
        for (const [key, value] of Object.entries(given)) localStorage.setItem(key, value);
      }, items);
    }
    await guest.page.goto(addressOf(stage, campaign, query));
    await guest.page.locator("[data-testid=wheel], [data-testid=problem]").first().waitFor();
    const notice = guest.find("notice");
    const noted = (await notice.count()) ? await notice.innerText() : null;
    const isKnown = (await guest.find("problem").count()) > 0;
    if (!isKnown && !kept) await spins(guest);
    await guest.sees("problem");
    const problem = guest.find("problem");
    seen[name] = {
      notice: noted,
      reason: await problem.getAttribute("data-reason"),
      text: await problem.innerText(),
      isKnown,
      buttons: await guest.find("spin").count(),
      terms: await guest.find("accept").count(),
      kept: await guest.page.evaluate(
        (id) => localStorage.getItem(`play:${id}:asked`)?.split("|")[1] ?? null,
        campaign,
      ),
    };
    audit.push(...(await violations(guest.page)));
    await guest.context.close();
  }
  return { seen, audit, uncaught: stage.uncaught };
}

/** The page in a frame of its own site, and in one of the page at `other`. */
export async function campaignFramed(stage, { campaign, other }) {
  const address = addressOf(stage, campaign);
  const own = `${stage.settings.origin}/frame.html`;
  const framedBy = async (parent) => {
    const { page } = await stage.guest();
    const body = `<!doctype html><iframe src="${address}"></iframe>`;
    await page.route(own, (route) => route.fulfill({ contentType: "text/html", body }));
    const failed = page.waitForEvent("requestfailed", (request) => request.url() === address);
    const blocked = failed.then((request) => request.failure().errorText);
    const shown = page
      .frameLocator("iframe")
      .getByTestId("wheel")
      .waitFor()
      .then(() => "shown");
    for (const each of [blocked, shown]) each.catch(() => {}); // the one that never comes
    await page.goto(parent);
    return Promise.race([blocked, shown]);
  };
  return { own: await framedBy(own), other: await framedBy(other) };
}
