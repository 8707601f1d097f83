/** The path of a download, in the stage's own folder. */
export async function saved(download, { settings }) {
  const path = `${settings.downloads}/${download.suggestedFilename()}`;
  await download.saveAs(path);
  return path;
}
