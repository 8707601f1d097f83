import { join } from "node:path";
import { violations } from "../audit.mjs";
import {
  decideOn,
  demoOf,
  picture,
  segmentAtPointer,
  THEME,
  watch,
  writeDemo,
} from "../campaign-demo.mjs";

const DESKTOP = { viewport: { width: 1280, height: 800 }, hasTouch: false, isMobile: false };
const MOVING = { reducedMotion: "no-preference" };

/** A guest who opens a demo from a file, without a network, and lands on this segment. */
async function opened(stage, address, index, count, options) {
  const guest = await stage.guest(options);
  const requests = [];
  guest.context.on("request", (request) => {
    const { protocol } = new URL(request.url());
    if (!["file:", "data:"].includes(protocol)) requests.push(request.url());
  });
  await guest.context.setOffline(true);
  await watch(guest.context);
  await decideOn(guest.page, index, count);
  await guest.page.goto(address);
  return { guest, requests };
}

const result = async (guest) => {
  await guest.sees("result");
  const found = guest.find("result");
  return {
    text: await found.innerText(),
    won: (await found.getAttribute("data-won")) === "true",
    segment: await found.getAttribute("data-segment"),
    pointer: await segmentAtPointer(guest.page),
    announced: await guest.page.locator("[aria-live=polite]", { has: found }).count(),
    ...(await guest.page.evaluate(() => globalThis.seen)),
  };
};

/** A demo by mouse with motion, by touch with a swipe, and by keyboard without motion. */
export async function campaignDemo(stage, files) {
  const data = demoOf();
  const count = data.segments.length;
  const address = await writeDemo(files, data);

  const byMouse = await opened(stage, address, 2, count, { ...DESKTOP, ...MOVING });
  const { guest: mouse } = byMouse;
  const demo = await mouse.find("demo").innerText();
  await mouse.find("spin").click();
  const reminder = await mouse.find("accept-first").innerText();
  const focused = await mouse.find("accept", ":focus").count();
  await mouse.find("accept").check();
  await mouse.find("spin").click();
  await mouse.sees("play", ':is([data-phase="asking"], [data-phase="landing"])');
  await mouse.find("spin").dispatchEvent("click"); // changes nothing while the wheel turns
  const byTouch = await opened(stage, address, 3, count, MOVING);
  const { guest: touch } = byTouch;
  await touch.find("accept").tap();
  await swipe(touch);
  const won = await result(mouse);
  await mouse.find("copy").click();
  await mouse.find("copy").getByText("Copied").waitFor();
  const code = await mouse.find("qr").getAttribute("data-text");
  await mouse.find("mute").click();
  await mouse.page.reload();
  const muted = await mouse.find("mute").getAttribute("aria-pressed");

  const lost = await result(touch);

  const byKeyboard = await opened(stage, address, 0, count, DESKTOP);
  const { guest: keyboard } = byKeyboard;
  const before = await violations(keyboard.page);
  const visible = [];
  for (const testId of ["link", "accept", "spin"]) visible.push(await tabTo(keyboard, testId));
  await keyboard.find("accept").focus();
  await keyboard.page.keyboard.press("Space");
  await keyboard.find("spin").focus();
  await keyboard.page.keyboard.press("Enter");
  const still = await result(keyboard);
  const moving = await keyboard.page.evaluate(() => document.getAnimations().length);
  const after = await violations(keyboard.page);
  await keyboard.page.keyboard.press("Space"); // the button kept the focus
  await keyboard.sees("result");

  return {
    requests: [byMouse, byTouch, byKeyboard].flatMap(({ requests }) => requests),
    demo,
    reminder,
    focused,
    won,
    code,
    muted,
    lost,
    visible,
    still,
    moving,
    violations: [...before, ...after],
    uncaught: stage.uncaught,
    messages: stage.messages,
  };
}

/** Swipe over the wheel, as a finger does. */
async function swipe({ page, context }) {
  const box = await page.getByTestId("wheel").boundingBox();
  const [x, y] = [box.x + box.width * 0.3, box.y + box.height * 0.8];
  const session = await context.newCDPSession(page);
  const send = (type, touchPoints) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints });
  await send("touchStart", [{ x, y }]);
  for (let step = 1; step <= 5; step++) await send("touchMove", [{ x: x + step * 25, y }]);
  await send("touchEnd", []);
}

/** Press Tab until it stops there, and return whether the focus is visible. */
async function tabTo({ page }, testId) {
  const target = testId === "link" ? page.getByRole("link") : page.getByTestId(testId);
  for (let press = 0; press < 12; press++) {
    const style = await target.evaluate((element) =>
      element === document.activeElement ? getComputedStyle(element).outlineStyle : null,
    );
    if (style !== null) return style === "solid";
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab never reaches ${testId}`);
}

const LONG = "A weekend for two in the mountains, with breakfast and a sled";
const ARABIC = "عطلة نهاية أسبوع لشخصين في الجبال مع الإفطار والعشاء مجاناً";
const WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen";
const MARKUP = `<img src=x onerror="globalThis.hacked=1"></script><script>globalThis.hacked=1</script>`;
/** A narrow phone, a phone, the same on its side, a desktop, and one at 200 %. */
const SIZES = [
  [320, 640],
  [390, 844],
  [740, 360],
  [1280, 800],
  [640, 400],
];

/** Wheels of all sizes with short and long labels on all screens: what does not fit, by case. */
export async function campaignLayouts(stage, files) {
  const cases = {
    markup: demoOf({ labels: [MARKUP, "<b>", "&amp;", "{terms}"], name: MARKUP }),
  };
  for (const count of [2, 5, 8, 24]) {
    for (const [locale, text] of [
      ["en", LONG],
      ["ar", ARABIC],
      ["de", WORD],
    ]) {
      const labels = Array.from({ length: count }, (_, at) => (at % 3 === 1 ? "Tea" : text));
      const copy = { headline: text, intro: `${text} ${text}`, cta: text.slice(0, 40) };
      cases[`${count} ${locale}`] = demoOf({ labels, locale, copy });
    }
  }
  const { page } = await stage.guest();
  const seen = { misfits: {}, violations: [] };
  for (const [name, data] of Object.entries(cases)) {
    await page.goto(await writeDemo(files, data, name));
    await page.locator("summary").click();
    const found = await page.evaluate(labelsThatLeave);
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      found.push(...(await page.evaluate(tooWide)));
    }
    seen.misfits[name] = found;
    if (["markup", "8 en", "24 ar"].includes(name))
      seen.violations.push(...(await violations(page)));
    if (name === "markup") {
      seen.hacked = await page.evaluate(() => globalThis.hacked ?? null);
      seen.listed = await page.locator("li").allInnerTexts();
    }
    if (name === "24 ar") {
      seen.arabic = await page.evaluate(() => {
        const { lang, dir } = document.documentElement;
        return { lang, dir, list: document.querySelector("summary").innerText };
      });
    }
  }
  return { ...seen, uncaught: stage.uncaught };
}

/** Runs in the page: labels that leave their segment. */
function labelsThatLeave() {
  const found = [];
  const segments = [...document.querySelectorAll("g[data-segment]")];
  const half = Math.PI / segments.length;
  for (const segment of segments) {
    if (!segment.querySelector("text")) found.push("a segment without a label");
    for (const text of segment.querySelectorAll("text")) {
      const turned = text.parentElement.getAttribute("transform") !== "rotate(0)";
      const { x, y, width, height } = text.getBBox();
      const inset = height * 0.16; // the box of a line is higher than its letters
      for (const [cx, cy] of [
        [x, y + inset],
        [x + width, y + inset],
        [x, y + height - inset],
        [x + width, y + height - inset],
      ]) {
        const [ahead, aside] = turned ? [cx, cy] : [-cy, cx];
        const angle = Math.abs(Math.atan2(aside, ahead));
        if (Math.hypot(ahead, aside) < 203 && angle < half + 0.01) continue;
        found.push(`${text.textContent}: ${Math.round(cx)}, ${Math.round(cy)}`);
      }
    }
  }
  return found;
}

/** Runs in the page: whether it is wider than the screen, or its wheel is tiny. */
function tooWide() {
  const { scrollWidth } = document.documentElement;
  const { width } = document.querySelector("[data-testid=wheel]").getBoundingClientRect();
  return [
    ...(scrollWidth > innerWidth ? [`${scrollWidth} of ${innerWidth} pixels wide`] : []),
    ...(width < 240 ? [`a wheel of ${width} pixels on ${innerWidth}`] : []),
  ];
}

/** The page of this file, as `campaign.build` wrote it: what it shows, and whether it plays. */
export async function campaignBuilt(stage, { address }) {
  const { guest, requests } = await opened(stage, address, 0, 4);
  const { page } = guest;
  await guest.sees("wheel");
  const pictures = await page
    .locator("img")
    .evaluateAll((images) =>
      Promise.all(images.map((image) => image.decode().then(() => image.naturalWidth))),
    );
  const listed = await page.locator("li").allInnerTexts();
  const title = await page.title();
  await guest.find("accept").check();
  await guest.find("spin").click();
  const shown = await result(guest);
  const found = await violations(page);
  return { requests, pictures, listed, title, shown, violations: found, messages: stage.messages };
}

/** Screenshots for docs/campaigns.md. */
export async function campaignScreenshots(stage, { folder, ...files }) {
  const data = demoOf({
    media: {
      logo: picture(
        '<text x="100" y="44" font-size="34" text-anchor="middle" font-family="serif" fill="#b3123f">Bloom &amp; Co</text>',
        "0 0 200 60",
      ),
      background: null,
      emblem: picture(
        '<circle cx="50" cy="50" r="50" fill="#ffe1c2"/><g fill="#b3123f"><circle cx="50" cy="28" r="15"/><circle cx="71" cy="43" r="15"/><circle cx="63" cy="68" r="15"/><circle cx="37" cy="68" r="15"/><circle cx="29" cy="43" r="15"/></g><circle cx="50" cy="50" r="12" fill="#fffaf3"/>',
      ),
      spin: null,
      win: null,
    },
    labels: ["20 % off", "Next time", "A tote bag of our spring collection", "Not today"].concat([
      "Free coffee",
      "Almost",
      "A bouquet",
      "Try again tomorrow",
    ]),
  });
  const address = await writeDemo({ ...files, folder }, data);
  const shoot = (page, name) =>
    page.screenshot({ path: join(folder, `campaign-${name}.png`), animations: "disabled" });
  const { guest: phone } = await opened(stage, address, 2, 8, {});
  await phone.find("accept").check();
  await shoot(phone.page, "phone");
  await phone.find("spin").click();
  await phone.find("result").scrollIntoViewIfNeeded();
  await shoot(phone.page, "won");

  const dark = {
    ...THEME,
    primaryColor: "#ffd166",
    onPrimaryColor: "#1d1436",
    secondaryColor: "#6d3bd1",
    onSecondaryColor: "#ffffff",
    backgroundColor: "#1d1436",
    textColor: "#fdf6ff",
  };
  const night = await writeDemo({ ...files, folder }, { ...data, theme: dark }, "night");
  const { guest: desktop } = await opened(stage, night, 2, 8, { ...DESKTOP, ...MOVING });
  await desktop.find("accept").check();
  await desktop.find("spin").click();
  await desktop.sees("result");
  await desktop.page.waitForFunction(() => document.querySelector("canvas.confetti"));
  await desktop.page.evaluate(
    () =>
      new Promise((resolve) => {
        const end = performance.now() + 700;
        const wait = (now) => (now < end ? requestAnimationFrame(wait) : resolve());
        requestAnimationFrame(wait);
      }),
  );
  await shoot(desktop.page, "desktop");
}
