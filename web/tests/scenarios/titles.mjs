// What screens and groups are called, by the document's title and to a screen reader.

const VENUE = "The tour";

/** How each screen of a visit is called, in a browser and at a kiosk. */
export async function screenTitles(stage) {
  const seen = {};
  for (const [device, query] of Object.entries({ phone: "", kiosk: "?kiosk" })) {
    const guest = await stage.guest();
    guest.project = "demo-tour";
    const { page } = guest;
    const titles = [];
    /** A screen may stand before the document is called by it. */
    const note = async (name) => {
      const begins = (text) => document.title.startsWith(text);
      await page.waitForFunction(begins, name ?? (await page.locator("h1").innerText()));
      titles.push(await page.title());
    };
    const noteStep = () => note(device === "kiosk" ? VENUE : undefined);
    await guest.open(query);
    await guest.seesPhase("welcome");
    await note(VENUE);
    await guest.find("experience").click();
    await guest.seesStep("welcome");
    await noteStep();
    await guest.next();
    await guest.seesStep("adult");
    await noteStep();
    const heading = await page.locator("h1").innerText();
    const group = await page.getByRole("radiogroup", { name: heading, exact: true }).count();
    const told = await page.getByText(heading, { exact: true }).count();
    await guest.find("back").click();
    await guest.seesStep("welcome");
    await noteStep();
    seen[device] = { titles, heading, group, told };
  }
  const lost = await stage.guest();
  await lost.page.goto(`${lost.origin}/`);
  await lost.sees("problem");
  await lost.page.waitForFunction(() => document.title.startsWith("Scan"));
  return { ...seen, problem: await lost.page.title(), uncaught: stage.uncaught };
}
