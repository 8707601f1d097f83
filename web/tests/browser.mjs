// Plays visits in one Chromium:  node browser.mjs SETTINGS
//
// SETTINGS is JSON, as tests/support/browser.py writes it. The first line of output is {"ready": …}, or
// {"missing": …} if there is no Chromium. Each line of standard input then names a scenario and its
// arguments, {"scenario": "wholeVisit", "arguments": {…}}, and gets one line of output in response,
// {"result": …} or {"error": …}. The browser ends with the input.

import { createInterface } from "node:readline";
import { chromium } from "playwright-core";
import { findChromium, NoChromium } from "./chromium.mjs";
import { SCENARIOS } from "./scenarios/index.mjs";
import { Stage } from "./stage.mjs";

const settings = JSON.parse(process.argv[2]);
const browser = await launch();

async function launch() {
  try {
    return await chromium.launch({
      ...(await findChromium()),
      chromiumSandbox: false,
      args: [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        `--use-file-for-fake-video-capture=${settings.camera}`,
      ],
    });
  } catch (error) {
    if (!(error instanceof NoChromium)) throw error;
    console.log(JSON.stringify({ missing: error.message }));
    process.exit();
  }
}

async function play({ scenario, arguments: options = {} }) {
  const stage = new Stage(browser, settings);
  try {
    return { result: (await SCENARIOS[scenario](stage, options)) ?? null };
  } catch (error) {
    return { error: `${error.stack}\n${await stage.describeFailure(scenario)}` };
  } finally {
    await stage.close();
  }
}

console.log(JSON.stringify({ ready: browser.version() }));
const lines = createInterface({ input: process.stdin });
lines.on("close", () => browser.close());
for await (const line of lines) console.log(JSON.stringify(await play(JSON.parse(line))));
