// The Firebase CLI's Auth emulator by itself:  node auth.cjs MODULES HOST PORT PROJECT
//
// It runs without what the CLI adds to it: a hub, log files, a check for updates.

const { createRequire } = require("node:module");

const [modules, host, port, projectId] = process.argv.slice(2);
const load = createRequire(createRequire(`${modules}/`).resolve("firebase-tools/package.json"));

// Compile the validation of a request or response when it is first used. Otherwise the hundred
// operations that nobody calls here cost eight seconds of processor time at each start.
const server = load("exegesis-express");
const { middleware } = server;
server.middleware = (api, options) =>
  middleware(api, { ...options, lazyCompileValidationSchemas: true });

const { AuthEmulator, SingleProjectMode } = load("./lib/emulator/auth");
const { NO_WARNING: singleProjectMode } = SingleProjectMode;
new AuthEmulator({ host, port: Number(port), projectId, singleProjectMode }).start();
