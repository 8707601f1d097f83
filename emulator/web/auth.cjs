// The Firebase CLI's Auth emulator by itself:  node auth.cjs MODULES HOST PORT PROJECT
//
// What the CLI puts around it is left out: a hub, log files, a look for updates.

const { createRequire } = require("node:module");

const [modules, host, port, projectId] = process.argv.slice(2);
const load = createRequire(createRequire(`${modules}/`).resolve("firebase-tools/package.json"));

// Its checks of requests and answers are compiled when they are first used: else the hundred
// operations that nobody calls here take eight seconds of a processor at each start.
const server = load("exegesis-express");
const { middleware } = server;
server.middleware = (api, options) =>
  middleware(api, { ...options, lazyCompileValidationSchemas: true });

const { AuthEmulator, SingleProjectMode } = load("./lib/emulator/auth");
const { NO_WARNING: singleProjectMode } = SingleProjectMode;
new AuthEmulator({ host, port: Number(port), projectId, singleProjectMode }).start();
