// Runs in a page: a callable that streams, called by a visitor who signs in.

import { initializeApp } from "firebase/app";
import { connectAuthEmulator, getAuth, signInAnonymously } from "firebase/auth";
import { connectFunctionsEmulator, getFunctions } from "firebase/functions";
import { streams } from "./streaming-calls.mjs";

/** What each call gets from the functions at `address`, and as whom. */
export async function streamsInPage(address, gates) {
  const { emulators, ...options } = await (await fetch("/__/firebase/init.json")).json();
  const [functions, functionsForNobody] = ["visitor", "nobody"].map((name) => {
    const app = initializeApp(options, name);
    connectAuthEmulator(getAuth(app), emulators.auth, { disableWarnings: true });
    const [host, port] = address.split(":");
    const made = getFunctions(app);
    connectFunctionsEmulator(made, host, Number(port));
    return made;
  });
  const { user } = await signInAnonymously(getAuth(functions.app));
  return { uid: user.uid, ...(await streams(functions, functionsForNobody, gates)) };
}
