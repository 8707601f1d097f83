import assert from "node:assert/strict";
import { test } from "node:test";
import { firestoreSettings, firestoreUrl, functionsAt } from "../src/model/addresses.ts";

const REGION = "europe-west1";
const at = (functions: string, firestore: string) => ({
  projectId: "demo-guest",
  emulators: { auth: "http://127.0.0.1:9099", functions, firestore },
});

test("in production the SDK knows where the functions and Firestore are", () => {
  const production = { projectId: "night" };
  assert.equal(functionsAt(production, REGION), REGION);
  assert.deepEqual(firestoreSettings(production), { host: "firestore.googleapis.com", ssl: true });
});

test("emulators answer over http at ports of their own", () => {
  const local = at("127.0.0.1:5001", "127.0.0.1:8080");
  assert.equal(functionsAt(local, REGION), "http://127.0.0.1:5001/demo-guest/europe-west1");
  assert.deepEqual(firestoreSettings(local), { host: "127.0.0.1:8080", ssl: false });
});

test("behind one origin they answer over https", () => {
  const origin = "https://192.168.1.20:5443";
  const lan = at(origin, origin);
  assert.equal(functionsAt(lan, REGION), `${origin}/demo-guest/europe-west1`);
  assert.deepEqual(firestoreSettings(lan), { host: "192.168.1.20:5443", ssl: true });
  assert.equal(firestoreUrl(lan).origin, origin);
});
