/** A callable that streams, called from a page of another origin. */
export async function streamed(stage, { address, gates }) {
  const { page } = await stage.guest();
  await page.goto(stage.settings.origin);
  return page.evaluate(
    async ([at, of]) => (await import("/streaming-page.js")).streamsInPage(at, of),
    [address, gates],
  );
}
