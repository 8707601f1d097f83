/** What somebody's page is answered when it asks for another guest's session. */
export async function deniedRead(stage) {
  const guest = await stage.guest();
  await guest.begins();
  await guest.seesStep("welcome");
  const stranger = await stage.guest();
  await stranger.begins();
  await stranger.seesStep("welcome");
  const asked = await stranger.page.evaluate(
    async ({ project, own, theirs }) => {
      const { asks } = await import("/test-sdk.js");
      return asks(project, own, theirs);
    },
    {
      project: stage.settings.project,
      own: stranger.sessions.pregate,
      theirs: guest.sessions.pregate,
    },
  );
  return { guest: guest.uid, stranger: stranger.uid, asked };
}
