// The Firebase CLI's Auth emulator by itself:  node auth.cjs MODULES HOST PORT PROJECT
//
// What the CLI puts around it is left out: a hub, log files, a look for updates.

const { createRequire } = require("node:module");

const [modules, host, port, projectId] = process.argv.slice(2);
const load = createRequire(`${modules}/`);
const { AuthEmulator, SingleProjectMode } = load("firebase-tools/lib/emulator/auth");

new AuthEmulator({
  host,
  port: Number(port),
  projectId,
  singleProjectMode: SingleProjectMode.NO_WARNING,
}).start();
