// A callable that streams, through the Firebase JS SDK:  node streaming.mjs FUNCTIONS_HOST GATE_URL GATE_URL
//
// Prints what each call got as JSON. The function of the first call
// waits at the first gate before it ends, and that of the last at the second, where it is left.

import { initializeApp } from "firebase/app";
import { connectFunctionsEmulator, getFunctions, httpsCallable } from "firebase/functions";
import { firebaseProject } from "./unsigned-auth.mjs";

const [address, gate, otherGate] = process.argv.slice(2);

function speakAs(name) {
  const functions = getFunctions(initializeApp({ projectId: firebaseProject }, name));
  const [host, port] = address.split(":");
  connectFunctionsEmulator(functions, host, Number(port));
  return httpsCallable(functions, "speak");
}

/** The error, as a caller sees it. */
const errorOf = ({ code, details }) => [code, details ?? null];

/** All chunks, and the answer or the two errors. */
async function read({ stream, data }, onChunk = () => {}) {
  const seen = { chunks: [] };
  const settled = data.then(
    (answer) => ({ data: answer }),
    (error) => ({ data: errorOf(error) }),
  );
  try {
    for await (const chunk of stream) {
      seen.chunks.push(chunk);
      await onChunk();
    }
  } catch (error) {
    seen.error = errorOf(error);
  }
  return { ...seen, ...(await settled) };
}

const speak = speakAs("visitor");
const words = ["Good ", "evening"];
const results = {};

let chunks = 0;
results.streamed = await read(await speak.stream({ words, gate }), async () => {
  chunks += 1;
  if (chunks === words.length) await fetch(`${gate}/opened`);
});
results.plain = (await speak({ words })).data;
results.refusedAtOnce = await read(await speak.stream({ words: [], ends: "refused" }));
results.refusedInTheMiddle = await read(await speak.stream({ words: ["a"], ends: "refused" }));
results.bug = await read(await speak.stream({ words: ["a"], ends: "badly" }));
results.invalid = await read(await speak.stream({ words: "none" }));
results.unsigned = await read(await speakAs("nobody").stream({ words }));

const abort = new AbortController();
const left = await speak.stream({ words, gate: otherGate }, { signal: abort.signal });
results.left = await read(left, () => abort.abort());

console.log(JSON.stringify(results));
process.exit();
