// A callable that streams, in Node.js:  node streaming.mjs FUNCTIONS_HOST GATE_URL GATE_URL
//
// Prints what each call got as JSON.

import { initializeApp } from "firebase/app";
import { connectFunctionsEmulator, getFunctions } from "firebase/functions";
import { streams } from "./streaming-calls.mjs";
import { firebaseProject } from "./unsigned-auth.mjs";

const [address, ...gates] = process.argv.slice(2);

function functionsFor(name) {
  const functions = getFunctions(initializeApp({ projectId: firebaseProject }, name));
  const [host, port] = address.split(":");
  connectFunctionsEmulator(functions, host, Number(port));
  return functions;
}

console.log(JSON.stringify(await streams(functionsFor("visitor"), functionsFor("nobody"), gates)));
process.exit();
