// What the Firebase CLI asks before it deploys the functions:  node deploy.cjs JSON
//
// It runs the CLI's own code for that, without a terminal, once for each of the JSON's `runs`, and
// prints what was refused or became of each parameter. The JSON says where the packages and the
// manifest are, and each run where its functions are.

const { createRequire } = require("node:module");
const { readFileSync } = require("node:fs");

const asked = JSON.parse(process.argv[2]);
const load = createRequire(createRequire(`${asked.modules}/`).resolve("firebase-tools/package.json"));
const { yamlToBuild } = load("./lib/deploy/functions/runtimes/discovery");
const build = load("./lib/deploy/functions/build");
const backend = load("./lib/deploy/functions/backend");
const prompts = load("./lib/deploy/functions/prompts");
const { loadUserEnvs } = load("./lib/functions/env");
const yaml = load("yaml");

async function deploy(run) {
  const manifest = yaml.parse(readFileSync(asked.manifest, "utf8"));
  const wanted = yamlToBuild(manifest, asked.project, "us-central1", "python311");
  const userEnvs = loadUserEnvs({
    functionsSource: run.source,
    projectId: asked.project,
    projectDir: run.source,
  });
  const resolved = await build.resolveBackend({
    build: wanted,
    firebaseConfig: { projectId: asked.project, storageBucket: `${asked.project}.appspot.com` },
    userEnvs,
    codebase: "default",
    nonInteractive: true,
    isEmulator: false,
  });
  const have = run.again ? resolved.backend : backend.empty();
  const options = { nonInteractive: true, force: run.force };
  await prompts.promptForFailurePolicies(options, resolved.backend, have);
  await prompts.promptForMinInstances(options, resolved.backend, have);
  const values = wanted.params.map(({ name }) => [name, resolved.envs[name].toSDK()]);
  return { values: Object.fromEntries(values), regions: Object.keys(resolved.backend.endpoints) };
}

async function main() {
  const found = {};
  for (const [name, run] of Object.entries(asked.runs)) {
    found[name] = await deploy(run).catch((error) => ({ refused: error.message }));
  }
  console.log(JSON.stringify(found));
}

main();
