/** A player's events, through a dead network, a lost response, two tabs and a reload. */
export async function trackedOffline(stage, { workspace, experience }) {
  const guest = await stage.guest();
  const { context, page } = guest;
  const ids = [workspace, experience];
  const added = [];

  const begin = async (tab) => {
    await tab.goto(stage.settings.origin);
    return tab.evaluate(
      async ([...of]) => (await import("/outbox-page.js")).beginOutbox(...of).then(({ uid }) => uid),
      ids,
    );
  };
  const add = async (tab, count, contentId) => {
    const eventIds = await tab.evaluate(
      ([times, id]) =>
        Array.from({ length: times }, () => {
          const event = { eventType: "waypoint_visited", contentId: id };
          return globalThis.outbox.add(event).eventId;
        }),
      [count, contentId],
    );
    added.push(...eventIds);
  };
  const waiting = (tab) => tab.evaluate(() => globalThis.outbox.waiting);
  const emptied = (tab) => stage.poll(async () => (await waiting(tab)) === 0);

  const uid = await begin(page);
  await add(page, 3, "online");
  await emptied(page);

  await context.setOffline(true);
  await add(page, 60, "offline");
  await page.evaluate(() => globalThis.outbox.flush());
  const offline = await waiting(page);
  await context.setOffline(false);
  await emptied(page);

  // The server has the batch, and its response is lost.
  let lost = 0;
  await context.route("**/trackProgressEvents", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    await route.fetch();
    lost += 1;
    return route.abort().catch(() => {}); // the page was reloaded meanwhile
  });
  await add(page, 2, "lost");
  await stage.poll(() => lost > 0);
  const beforeReload = await waiting(page);
  const again = await begin(page);
  const afterReload = await waiting(page);
  const other = (await stage.tab(context)).page;
  await begin(other);
  await add(other, 2, "other tab");
  await context.unroute("**/trackProgressEvents");
  await Promise.all([page, other].map((tab) => tab.evaluate(() => globalThis.outbox.flush())));
  await emptied(page);
  await emptied(other);
  return { uid, again, added, offline, beforeReload, afterReload };
}
