/** A guest opens the page and enters: what it looks like, and what the page's policy forbade. */
export async function firstLook(stage) {
  const guest = await stage.guest();
  await guest.begins();
  await guest.seesStep("welcome");
  const button = guest.find("next");
  return {
    uid: await guest.uid(),
    buttonColour: await button.evaluate((element) => getComputedStyle(element).backgroundColor),
    uncaught: stage.uncaught,
    forbidden: stage.heard.filter((line) => line.includes("Content Security Policy")),
  };
}
