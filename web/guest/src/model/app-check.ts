/** App Check. Loaded only where it is configured: most of it is Firebase's SDK. */

import { type FirebaseApp, FirebaseError } from "firebase/app";
import {
  CustomProvider,
  getToken,
  initializeAppCheck,
  ReCaptchaEnterpriseProvider,
} from "firebase/app-check";
import type { AppCheckSettings } from "./connection.ts";

export type TokenSource = () => Promise<string>;

/**
 * From now on the SDK sends a token with what it asks of Firebase. It gets one at its first use.
 * Returns the source of tokens for what is asked without the SDK.
 */
export function startAppCheck(
  app: FirebaseApp,
  { siteKey = "", debug }: AppCheckSettings,
): TokenSource {
  const provider = debug
    ? new CustomProvider({ getToken: () => exchange(app, debug) })
    : new TimedProvider(siteKey);
  const appCheck = initializeAppCheck(app, { provider, isTokenAutoRefreshEnabled: true });
  return async () => (await getToken(appCheck)).token;
}

const MAX_ATTESTATION_MS = 8000;

/**
 * Gives up where reCAPTCHA's script is blocked: the SDK would wait for it forever, and each call with it.
 * Then calls are sent without a token, and the server's refusal has words.
 */
class TimedProvider extends ReCaptchaEnterpriseProvider {
  // The SDK declares it for itself alone.
  getToken(isLimitedUse?: boolean): Promise<unknown> {
    const parent = ReCaptchaEnterpriseProvider.prototype as unknown as TimedProvider;
    const late = new Promise<never>((_, reject) => {
      const error = new FirebaseError("appCheck/recaptcha-error", "reCAPTCHA does not respond.");
      setTimeout(() => reject(error), MAX_ATTESTATION_MS);
    });
    return Promise.race([parent.getToken.call(this, isLimitedUse), late]);
  }
}

/**
 * A token for a debug token. The SDK's own exchange knows no emulator.
 * Source: https://firebase.google.com/docs/reference/appcheck/rest/v1/projects.apps/exchangeDebugToken
 */
async function exchange({ options }: FirebaseApp, debug: NonNullable<AppCheckSettings["debug"]>) {
  const path = `projects/${options.projectId}/apps/${options.appId}:exchangeDebugToken`;
  const response = await fetch(`${debug.url}/v1/${path}?key=${options.apiKey}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ debugToken: debug.token }),
  });
  if (!response.ok) throw new Error(`exchangeDebugToken: ${response.status}`);
  const { token, ttl } = (await response.json()) as { token: string; ttl: string };
  return { token, expireTimeMillis: Date.now() + Number.parseFloat(ttl) * 1000 };
}
