// The typed client, as tsc compiled it to ../client/dist: against the suite that the environment names,
// then against functions that fail on purpose.
//
//   node typed-client.mjs PROJECT_ID CONSENT_VERSION GUEST_UID
//
// Prints the result of each step as JSON.

import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { deleteApp, initializeApp } from "firebase/app";
import { connectFunctionsEmulator, getFunctions } from "firebase/functions";
import { createClient, paths, RuntimeError } from "../client/dist/index.js";
import { firebaseProject } from "./unsigned-auth.mjs";

const [projectId, consentVersion, uid] = process.argv.slice(2);
const apps = [];

function functionsFor(name, address) {
  const app = initializeApp({ projectId: firebaseProject, apiKey: "none" }, name);
  apps.push(app);
  const functions = getFunctions(app);
  const [host, port] = address.split(":");
  connectFunctionsEmulator(functions, host, Number(port));
  return functions;
}

async function refusal(call) {
  try {
    return { response: await call };
  } catch (error) {
    const known = error instanceof RuntimeError;
    const { code, reason, details, issues, isTransient } = error;
    return { known, code, reason, details, issues, isTransient };
  }
}

const address = process.env.FUNCTIONS_EMULATOR_HOST;
const nobody = createClient(functionsFor("nobody", address));
const guest = createClient(functionsFor(uid, address));
const results = {};

results.unsigned = await refusal(nobody.getGuest({ projectId }));
results.withoutConsent = await refusal(guest.ensureGuest({ projectId }));
results.wrong = await refusal(guest.getGuest({ projectId: "a/b" }));
results.guest = await guest.ensureGuest({ projectId, consentVersion });
results.path = paths.guest(projectId, uid);

// How the failing functions respond, call by call. After its script a function succeeds.
const scripts = {
  getGuest: ["unavailable", "hang up", "succeed"],
  getJob: ["unavailable", "unavailable"],
  saveExperience: ["conflict", "succeed"],
  startRun: ["unavailable", "hang up", "succeed", "succeed"],
  sendChatMessage: ["stream", "stream and refuse", "stream and hang up", "hang up", "no stream"],
};
const calls = {};
const runs = [];
const failing = createServer(async (request, response) => {
  const { data } = await json(request);
  const name = request.url.split("/").at(-1);
  const action = scripts[name][calls[name] ?? 0] ?? "succeed";
  calls[name] = (calls[name] ?? 0) + 1;
  if (name === "startRun") runs.push(data.requestId);
  const send = (status, body) => {
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(JSON.stringify(body));
  };
  const refuse = (http, status, details) =>
    send(http, { error: { status, message: "no", details } });
  const begins = action.startsWith("stream");
  if (begins) response.write('data: {"message":{"delta":"a"}}\n\n: ping\n\n');
  if (action === "stream") response.end('data: {"result":{"id":"found"}}\n\n');
  if (action === "stream and refuse")
    response.end('data: {"error":{"status":"ABORTED","details":{"reason":"contention"}}}\n\n');
  if (action === "stream and hang up") response.socket.destroySoon();
  if (action === "no stream") response.writeHead(429).end("Rate exceeded.");
  if (action === "hang up") request.socket.destroy();
  if (action === "unavailable") refuse(503, "UNAVAILABLE");
  if (action === "conflict")
    refuse(409, "ABORTED", { reason: "version_conflict", currentVersion: 2 });
  if (action === "succeed") send(200, { result: { id: "found" } });
});
failing.listen(0, "127.0.0.1");
await once(failing, "listening");

const failingFunctions = functionsFor("failing", `127.0.0.1:${failing.address().port}`);
const retrying = createClient(failingFunctions);
const single = createClient(failingFunctions, { attempts: 1 });
results.retried = await retrying.getGuest({ projectId });
results.notRetried = await refusal(single.getJob({ projectId, jobId: "j" }));
results.conflict = await refusal(retrying.saveExperience({ expectedVersion: 1 }));
const run = { workspaceId: "w", workflowName: "photo.transform" };
await retrying.startRun(run);
await retrying.startRun({ ...run, requestId: "mine" });

/** What a streaming call gets, and how each of its two parts ends. */
async function streamed() {
  const chunks = [];
  const { stream, data } = await retrying.sendChatMessage.stream({});
  const read = async () => {
    for await (const chunk of stream) chunks.push(chunk);
  };
  const [ofStream, ofData] = [await refusal(read()), await refusal(data)];
  return { chunks, stream: ofStream, data: ofData };
}
results.streams = [];
while (results.streams.length < scripts.sendChatMessage.length)
  results.streams.push(await streamed());
results.calls = calls;
results.runs = runs;

await Promise.all(apps.map(deleteApp));
failing.closeAllConnections();
failing.close();
console.log(JSON.stringify(results));
