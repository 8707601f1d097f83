// With App Check enforced by the functions.

const COSTLY = ["createUpload", "startTransform"];

/** A guest whose calls are recorded: who has no token, and which ones came with calls that cost money. */
async function observedGuest(stage, options) {
  const guest = await stage.guest(options);
  const seen = { calls: 0, withoutToken: [], costly: [], refused: [], blocked: [] };
  const nameOf = (request) => /us-central1\/(\w+)$/.exec(request.url())?.[1];
  guest.context.on("request", (request) => {
    const name = request.method() === "POST" && nameOf(request);
    if (!name) return;
    seen.calls += 1;
    const token = request.headers()["x-firebase-appcheck"];
    seen.token = token;
    if (!token) seen.withoutToken.push(name);
    else if (COSTLY.includes(name)) seen.costly.push(token);
  });
  guest.context.on("response", async (response) => {
    if (response.status() !== 401 || !nameOf(response.request())) return;
    seen.refused.push((await response.json()).error.details.reason);
  });
  guest.page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) seen.blocked.push(message.text());
  });
  return { guest, seen };
}

async function plays(stage, guest, seen, photo, beforePhoto = async () => {}) {
  await guest.begins();
  await guest.playsPregate();
  await guest.answersQuestions();
  await beforePhoto();
  await guest.choosesPhoto(photo);
  await guest.waitsForPicture();
  return { ...seen, uid: await guest.uid(), uncaught: stage.uncaught };
}

/** A guest plays up to the picture with tokens for the suite's debug token. */
export async function visitWithAppCheck(stage, { photo }) {
  const { guest, seen } = await observedGuest(stage);
  return plays(stage, guest, seen, photo);
}

/** Makes the page one that is configured for reCAPTCHA, whose script is a stand-in. */
async function configure(guest, { usual = false, script = RECAPTCHA }) {
  await guest.page.route("**/__/firebase/init.json", async (route) => {
    const config = await (await route.fetch()).json();
    config.appCheck = { siteKey: "site-key", limitedUse: !usual };
    await route.fulfill({ json: config });
  });
  await guest.page.route("https://www.google.com/recaptcha/enterprise.js**", (route) =>
    script ? route.fulfill({ contentType: "text/javascript", body: script }) : route.abort(),
  );
}

// https://docs.cloud.google.com/recaptcha/docs/api-ref-checkbox-keys, as the SDK uses it.
const RECAPTCHA = `
  const widgets = [];
  self.grecaptcha = { enterprise: {
    ready: (callback) => callback(),
    render: (container, options) => widgets.push(options) - 1,
    execute: async (widget) => (widgets[widget].callback("attested"), "attested"),
  } };
`;

/** The same, attested by reCAPTCHA: its token is exchanged as App Check's service does. */
export async function attestedVisit(stage, { photo, usual, exchange, debugToken }) {
  const { guest, seen } = await observedGuest(stage);
  await configure(guest, { usual });
  const exchanged = [];
  await guest.page.route("https://content-firebaseappcheck.googleapis.com/**", async (route) => {
    const request = route.request();
    const headers = { "access-control-allow-origin": "*", "access-control-allow-headers": "*" };
    if (request.method() === "OPTIONS") return route.fulfill({ status: 204, headers });
    const { recaptcha_enterprise_token: recaptcha, limited_use } = request.postDataJSON();
    exchanged.push({ recaptcha, limited: limited_use === true });
    const path = new URL(request.url()).pathname.replace(/:exchange\w+/, ":exchangeDebugToken");
    const response = await fetch(exchange + path, {
      method: "POST",
      body: JSON.stringify({ debugToken, limitedUse: limited_use === true }),
    });
    await route.fulfill({ status: response.status, headers, json: await response.json() });
  });
  // Somebody else has used up the page's token.
  const useUp = async () => {
    if (!usual) return;
    const url = `${exchange}/v1beta/projects/${stage.settings.firebaseProject}:verifyAppCheckToken`;
    const response = await fetch(url, {
      method: "POST",
      headers: { authorization: "Bearer owner" },
      body: JSON.stringify({ appCheckToken: seen.token }),
    });
    if (!response.ok) throw new Error(await response.text());
  };
  return { ...(await plays(stage, guest, seen, photo, useUp)), exchanged };
}

/** A phone for which there is no token: reCAPTCHA's script is blocked, or the attestation is refused. */
export async function unattestedVisit(stage, { failure }) {
  const { guest, seen } = await observedGuest(stage);
  await configure(guest, { script: failure === "blocked" ? null : RECAPTCHA });
  await guest.page.route("https://content-firebaseappcheck.googleapis.com/**", (route) => {
    const headers = { "access-control-allow-origin": "*", "access-control-allow-headers": "*" };
    return route.fulfill({ status: 403, headers, json: { error: { code: 403 } } });
  });
  const began = Date.now();
  await guest.open();
  const problem = guest.find("problem");
  await problem.waitFor();
  return {
    seconds: (Date.now() - began) / 1000,
    reason: await problem.getAttribute("data-reason"),
    text: await problem.innerText(),
    calls: seen.calls,
  };
}
