/** Where Firebase answers: in production, at emulators, or all of it at one origin. */

export interface Emulators {
  /** Addresses as `host:port`, or with `https://` in front. */
  auth: string;
  functions: string;
  firestore: string;
}

/** What says so. */
export interface Addresses {
  projectId: string;
  emulators?: Emulators;
}

/** The region of the functions, or the address below which an emulator serves them. */
export function functionsAt({ projectId, emulators }: Addresses, region: string): string {
  if (!emulators) return region;
  // The SDK's connectFunctionsEmulator() knows http alone.
  return `${urlOf(emulators.functions).origin}/${projectId}/${region}`;
}

/** Firestore's own origin. */
export function firestoreUrl({ emulators }: Addresses): URL {
  return urlOf(emulators?.firestore ?? "https://firestore.googleapis.com");
}

/** What `initializeFirestore` needs to know: its connectFirestoreEmulator() knows http alone. */
export function firestoreSettings(addresses: Addresses): { host: string; ssl: boolean } {
  const { host, protocol } = firestoreUrl(addresses);
  return { host, ssl: protocol === "https:" };
}

function urlOf(address: string): URL {
  return new URL(address.includes("://") ? address : `http://${address}`);
}
