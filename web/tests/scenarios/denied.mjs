/** What somebody's page is answered when it asks for another guest's session. */
export async function deniedRead(stage) {
  const guest = await stage.guest();
  await guest.begins();
  await guest.seesStep("welcome");
  const stranger = await stage.guest();
  await stranger.begins();
  await stranger.seesStep("welcome");
  const { project } = stage.settings;
  const { id: own } = await stage.session(stranger, "pregate");
  const { id: theirs } = await stage.session(guest, "pregate");
  const asked = await stranger.page.evaluate(
    async ([...ids]) => (await import("/test-sdk.js")).asks(...ids),
    [project, own, theirs],
  );
  return { guest: await guest.uid(), stranger: await stranger.uid(), asked };
}
