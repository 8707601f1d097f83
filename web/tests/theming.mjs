// Gives the project or the event of a page another theme, on its way to the page.

/** Changes apply from the next load of the page on. */
export async function withTheme(page, changes) {
  await page.route("**/getProject", async (route) => {
    const response = await route.fetch();
    if (route.request().method() !== "POST") return route.fulfill({ response });
    const json = await response.json();
    json.result.theme = { ...json.result.theme, ...changes };
    return route.fulfill({ response, json });
  });
  await page.route("**/documents/events/*", async (route) => {
    const response = await route.fetch();
    if (route.request().method() !== "GET") return route.fulfill({ response });
    const json = await response.json();
    const theme = (json.fields.theme ??= { mapValue: { fields: {} } });
    for (const [name, stringValue] of Object.entries(changes)) {
      theme.mapValue.fields[name] = { stringValue };
    }
    return route.fulfill({ response, json });
  });
}
