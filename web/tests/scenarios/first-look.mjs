/** A guest opens the page and enters: what it looks like, and what the browser complained of. */
export async function firstLook(stage) {
  const guest = await stage.guest();
  await guest.begins();
  await guest.seesStep("welcome");
  const button = guest.find("next");
  return {
    uid: await guest.uid(),
    buttonColour: await button.evaluate((element) => getComputedStyle(element).backgroundColor),
    heard: stage.heard,
  };
}
