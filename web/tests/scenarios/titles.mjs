// What screens and groups are called, by the document's title and to a screen reader.

/** How each screen of a visit is called, in a browser and at a kiosk. */
export async function screenTitles(stage) {
  const seen = {};
  for (const [device, query] of Object.entries({ phone: "", kiosk: "?kiosk" })) {
    const guest = await stage.guest();
    guest.project = "demo-tour";
    const { page } = guest;
    const titles = [];
    const note = async () => titles.push(await page.title());
    await guest.open(query);
    await guest.seesPhase("welcome");
    await note();
    await guest.find("experience").click();
    await guest.seesStep("welcome");
    await note();
    await guest.next();
    await guest.seesStep("adult");
    await note();
    const heading = await page.locator("h1").innerText();
    const group = await page.getByRole("radiogroup", { name: heading, exact: true }).count();
    const told = await page.getByText(heading, { exact: true }).count();
    await guest.find("back").click();
    await guest.seesStep("welcome");
    await note();
    seen[device] = { titles, heading, group, told };
  }
  const lost = await stage.guest();
  await lost.page.goto(`${lost.origin}/`);
  await lost.sees("problem");
  return { ...seen, problem: await lost.page.title(), uncaught: stage.uncaught };
}
