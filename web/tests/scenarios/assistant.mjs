import { violations } from "../audit.mjs";

const DESKTOP = { viewport: { width: 1200, height: 800 }, hasTouch: false, isMobile: false };

const addressOf = (stage, query) => `${stage.settings.origin}/assistant${query}`;

/** A tab at the assistant's sign-in. */
export async function arrives(stage, { workspace, chat = null }, options = DESKTOP) {
  const tab = await stage.guest(options);
  const query = new URLSearchParams({ ...(workspace && { workspace }), ...(chat && { chat }) });
  await tab.page.goto(addressOf(stage, `?${query}`));
  await sees(tab, "sign-in");
  return tab;
}

/** A tab with the chats of an account. */
export async function signsIn(stage, given, options) {
  const tab = await arrives(stage, given, options);
  await entersAs(tab, given);
  await sees(tab, "chat");
  return tab;
}

async function entersAs(tab, { email, password }) {
  await tab.find("email").fill(email);
  await tab.find("password").fill(password);
  await tab.find("sign-in").click();
}

export function sees(tab, screen) {
  return tab.sees("assistant", `[data-screen="${screen}"]`);
}

export async function asks(tab, text) {
  await tab.find("message").fill(text);
  await tab.page.keyboard.press("Enter");
}

/** Waits for so many messages, the last of them in this state, and returns all of them. */
export async function hears(tab, count, status = "complete") {
  await tab.find("entry").nth(count - 1).and(tab.find("entry", `[data-status="${status}"]`)).waitFor();
  return entries(tab);
}

function entries(tab) {
  return tab.find("entry").evaluateAll((all) =>
    all.map((each) => ({
      role: each.dataset.role,
      status: each.dataset.status,
      text: each.querySelector("[data-testid=text]").innerText,
    })),
  );
}

async function chatOf(tab) {
  await tab.sees("assistant", ':not([data-chat=""])');
  return tab.find("assistant").getAttribute("data-chat");
}

/** An account asks for the campaigns. */
export async function assistantAnswers(stage, given) {
  const tab = await arrives(stage, given);
  const signIn = await violations(tab.page);
  await entersAs(tab, given);
  await sees(tab, "chat");
  await asks(tab, "List my campaigns");
  const heard = await hears(tab, 2);
  const chat = await chatOf(tab);
  await tab.find("chat", `[data-chat="${chat}"]`).waitFor();
  return {
    heard,
    chat,
    said: await tab.find("announcer").textContent(),
    title: await tab.find("chat-heading").innerText(),
    audit: [...signIn, ...(await violations(tab.page))],
    uncaught: stage.uncaught,
  };
}

/** A reply that does not end: a reload, a second tab, and the button that ends it. */
export async function assistantStreams(stage, given) {
  const tab = await signsIn(stage, given);
  const words = async (of) => (await entries(of)).at(-1).text.split(/\s+/).length;
  await asks(tab, "Tell me a long story");
  await hears(tab, 2, "streaming");
  await stage.poll(async () => (await words(tab)) > 20);
  const streamed = await entries(tab);
  const announced = await tab.find("announcer").textContent();
  const chat = await chatOf(tab);
  await tab.page.reload();
  await hears(tab, 2, "streaming");
  const reloadedAt = await words(tab);
  await stage.poll(async () => (await words(tab)) > reloadedAt);
  const second = await stage.tab(tab.context);
  await second.page.goto(tab.page.url());
  await hears(second, 2, "streaming");
  const secondAt = await words(second);
  await stage.poll(async () => (await words(second)) > secondAt);
  const busy = await second.find("send").count();
  await second.find("stop").click();
  const [stoppedHere, stoppedThere] = await Promise.all(
    [tab, second].map((each) => hears(each, 2, "stopped")),
  );
  return {
    streamed,
    announced,
    chat,
    busy,
    stoppedHere,
    stoppedThere,
    said: await tab.find("announcer").textContent(),
    uncaught: stage.uncaught,
  };
}

/** A stop before anything is stored or said. */
export async function assistantStopsEarly(stage, given) {
  const tab = await signsIn(stage, given);
  await asks(tab, "Tell me a long story");
  await tab.find("stop").click();
  const heard = await hears(tab, 2, "stopped");
  return { heard, chat: await chatOf(tab), uncaught: stage.uncaught };
}

/** Two proposals, of which one is dismissed and one confirmed. */
export async function assistantProposes(stage, given) {
  const tab = await signsIn(stage, given);
  await asks(tab, given.first);
  await hears(tab, 2);
  await tab.sees("proposal", '[data-state="open"]');
  const card = await tab.find("proposal").innerText();
  const audit = await violations(tab.page);
  await tab.find("dismiss").click();
  await tab.sees("proposal", '[data-state="dismissed"]');
  const dismissed = await focusedId(tab);
  await tab.page.reload();
  await tab.sees("proposal", '[data-state="dismissed"]');
  await asks(tab, given.second);
  await hears(tab, 4);
  const proposal = tab.find("proposal", '[data-state="open"]');
  await proposal.waitFor();
  return { tab, card, audit, dismissed, chat: await chatOf(tab), proposal };
}

export async function assistantConfirms(stage, given) {
  const { tab, proposal, ...seen } = await assistantProposes(stage, given);
  const before = await stage.count(`workspaces/${given.workspace}`, "campaigns");
  await proposal.getByTestId("confirm").dblclick();
  const confirmed = tab.find("proposal", '[data-state="confirmed"]');
  await confirmed.waitFor();
  return {
    ...seen,
    before,
    result: await confirmed.getByTestId("outcome").innerText(),
    focused: await focusedId(tab),
    audit: [...seen.audit, ...(await violations(tab.page))],
    uncaught: stage.uncaught,
  };
}

export function focusedId(tab) {
  return tab.page.evaluate(() => document.activeElement.dataset.testid ?? null);
}

/** What a model writes on behalf of somebody else. */
export async function assistantRenders(stage, given) {
  const tab = await signsIn(stage, given);
  const requested = [];
  tab.page.on("request", (request) => requested.push(request.url()));
  await asks(tab, "Summarize the campaigns");
  await hears(tab, 2);
  await tab.page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
  return {
    text: (await entries(tab)).at(-1).text,
    elements: await tab
      .find("messages")
      .evaluate((log) =>
        [...log.querySelectorAll("a, img, iframe, script, style, object, embed, video, form, svg image")].map(
          ({ outerHTML }) => outerHTML,
        ),
      ),
    lists: await tab.find("messages").locator("article li").count(),
    code: await tab.find("messages").locator("article pre").allInnerTexts(),
    requested: requested.filter((url) => url.includes(given.host)),
    uncaught: stage.uncaught,
  };
}

/** Who may not see a chat: another member, somebody else's account, and a wrong password. */
export async function assistantDenies(stage, given) {
  const member = await arrives(stage, given);
  await entersAs(member, { ...given, password: "wrong" });
  await member.sees("sign-in-problem");
  const wrong = await member.find("sign-in-problem").innerText();
  await entersAs(member, given);
  await sees(member, "chat");
  await member.sees("chat-problem");
  const deniedChat = {
    reason: await member.find("chat-problem").getAttribute("data-reason"),
    entries: await member.find("entry").count(),
  };
  await member.page.getByText("No chats yet.").waitFor();
  await member.find("sign-out").click();
  await sees(member, "sign-in");
  await entersAs(member, given.stranger);
  await sees(member, "problem");
  const stranger = {
    reason: await member.find("problem").getAttribute("data-reason"),
    text: await member.find("problem").innerText(),
    audit: await violations(member.page),
  };
  await member.find("workspace").fill(given.stranger.workspace);
  await member.find("choose").click();
  await sees(member, "chat");
  const address = new URL(member.page.url()).search;
  return { wrong, deniedChat, stranger, address, uncaught: stage.uncaught };
}

/** A guest's browser, with the guest's sign-in in place of an operator's. */
export async function assistantMeetsGuest(stage, { workspace }) {
  const guest = await stage.guest();
  await guest.open();
  await guest.seesPhase("welcome");
  const uid = await guest.uid();
  const address = addressOf(stage, `?workspace=${workspace}`);
  await guest.page.goto(address);
  await sees(guest, "sign-in");
  const before = await guest.find("anonymous").count();
  await guest.page.evaluate(async () => {
    const settled = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const db = await settled(indexedDB.open("firebaseLocalStorageDb"));
    const store = db
      .transaction("firebaseLocalStorage", "readwrite")
      .objectStore("firebaseLocalStorage");
    const [{ fbase_key: key, value }] = await settled(store.getAll());
    const copy = { ...value, appName: "assistant" };
    await settled(store.put({ fbase_key: key.replace("[DEFAULT]", "assistant"), value: copy }));
    db.close();
  });
  await guest.page.reload();
  await guest.sees("anonymous");
  const words = await guest.find("anonymous").innerText();
  await guest.open();
  await guest.seesPhase("welcome");
  return { before, words, isSame: uid === (await guest.uid()), uncaught: stage.uncaught };
}

/** More chats, and more messages in one of them, than a page holds. */
export async function assistantPages(stage, given) {
  const tab = await signsIn(stage, given);
  const count = async (testId, wanted) => {
    await tab.find(testId).nth(wanted - 1).waitFor();
    return tab.find(testId).count();
  };
  const chats = [await count("chat", 50)];
  await tab.find("more-chats").click();
  chats.push(await count("chat", given.chats));
  const titles = await tab.find("chat").locator(".chat-title").allInnerTexts();
  await tab.find("open-chat").first().click();
  const messages = [await count("entry", 50)];
  await tab.find("earlier").click();
  messages.push(await count("entry", given.messages));
  const first = (await entries(tab))[0].text;
  return {
    chats,
    titles,
    messages,
    first,
    buttons: (await tab.find("earlier").count()) + (await tab.find("more-chats").count()),
    uncaught: stage.uncaught,
  };
}

/** No network, an empty budget, a model that fails. */
export async function assistantFails(stage, given) {
  const tab = await signsIn(stage, given);
  await tab.context.setOffline(true);
  await tab.sees("offline");
  await asks(tab, "Are you there?");
  await tab.sees("unsent", '[data-reason="offline"]');
  const offline = await tab.find("unsent").innerText();
  await tab.context.setOffline(false);
  await tab.page.reload();
  await tab.sees("unsent", '[data-reason="left_unsent"]');
  const unsent = (await entries(tab)).map(({ text }) => text);
  await tab.find("retry").click();
  await hears(tab, 2);
  await tab.page.reload();
  const answered = await hears(tab, 2);
  await asks(tab, "Fail, please");
  const failed = await hears(tab, 4, "failed");
  const failure = await tab.find("failure").innerText();
  const audit = await violations(tab.page);
  await stage.setInteger(`workspaces/${given.workspace}`, "dailyTokenLimit", 1);
  await asks(tab, "One more");
  await tab.sees("unsent", '[data-reason="token_budget"]');
  const budget = await tab.find("unsent").innerText();
  await tab.find("discard").click();
  const kept = await tab.find("message").inputValue();
  return {
    chat: await chatOf(tab),
    offline,
    unsent,
    answered: answered.map(({ text }) => text),
    failed,
    failure,
    budget,
    kept,
    audit: [...audit, ...(await violations(tab.page))],
    uncaught: stage.uncaught,
  };
}
