/** A guest enters the project: the theme's colour, and what the page's policy has blocked. */
export async function entering(stage) {
  const guest = await stage.guest();
  await guest.begins();
  await guest.seesStep("welcome");
  const button = guest.find("next");
  return {
    uid: await guest.uid(),
    buttonColour: await button.evaluate((element) => getComputedStyle(element).backgroundColor),
    uncaught: stage.uncaught,
    blocked: stage.messages.filter((line) => line.includes("Content Security Policy")),
  };
}
