// Takes the place of the SDK's Auth: each app is signed in with its name as the uid, and the app
// "nobody" is not signed in. Import this before an app is created.

import { _registerComponent } from "firebase/app";
import { Component } from "@firebase/component";

export const firebaseProject = process.env.GCLOUD_PROJECT;

_registerComponent(new Component("auth-internal", signIn, "PRIVATE"));

function signIn(container) {
  const { name } = container.getProvider("app").getImmediate();
  const uid = name === "nobody" ? null : name;
  const accessToken = uid && unsignedToken(uid);
  return {
    getUid: () => uid,
    getToken: async () => uid && { accessToken },
    addAuthTokenListener: (listener) => queueMicrotask(() => listener(accessToken)),
    removeAuthTokenListener: () => {},
  };
}

/** An ID token that the emulators accept and nothing else does. */
function unsignedToken(uid) {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: `https://securetoken.google.com/${firebaseProject}`,
    aud: firebaseProject,
    sub: uid,
    user_id: uid,
    iat: now,
    exp: now + 3600,
    auth_time: now,
    firebase: { sign_in_provider: "anonymous", identities: {} },
  };
  const base64 = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${base64({ alg: "none", typ: "JWT" })}.${base64(claims)}.`;
}
