/** Who uses the page, and whether the workspace is theirs. */

import { onAuthStateChanged, signInWithEmailAndPassword, signOut, type User } from "firebase/auth";
import { openSite, type Site } from "../../../guest/src/model/connection.ts";
import { refusalOf } from "../../../guest/src/model/refusals.ts";

/** With a name of its own, an operator's sign-in is not that of a guest in the same browser. */
const APP = "assistant";

export interface Account {
  uid: string;
  email: string | null;
  /** A guest, who is no member of any workspace. */
  isAnonymous: boolean;
}

export function connect(): Promise<Site> {
  return openSite(APP);
}

/** Report who is signed in, now and after each change, in any tab. */
export function watchAccount({ auth }: Site, onAccount: (account: Account | null) => void) {
  return onAuthStateChanged(auth, (user) => onAccount(user && accountOf(user)));
}

/** Throws `Refusal`. */
export async function signIn({ auth }: Site, email: string, password: string): Promise<void> {
  try {
    await signInWithEmailAndPassword(auth, email.trim(), password);
  } catch (error) {
    throw refusalOf(error);
  }
}

export function leave({ auth }: Site): Promise<void> {
  return signOut(auth);
}

function accountOf({ uid, email, isAnonymous }: User): Account {
  return { uid, email, isAnonymous };
}
