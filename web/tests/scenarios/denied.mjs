/** A guest's page requests another guest's session. */
export async function deniedRequests(stage) {
  const guest = await stage.guest();
  await guest.begins();
  await guest.seesStep("welcome");
  const stranger = await stage.guest();
  await stranger.begins();
  await stranger.seesStep("welcome");
  const { project } = stage.settings;
  const { id: own } = await stage.session(stranger, "pregate");
  const { id: theirs } = await stage.session(guest, "pregate");
  const outcomes = await stranger.page.evaluate(
    async ([...ids]) => (await import("/denied-requests.js")).requestOthers(...ids),
    [project, own, theirs],
  );
  return { guest: await guest.uid(), stranger: await stranger.uid(), outcomes };
}
