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
/** After one that did not respond: the sign-in and the calls after it need not wait as long again. */
const NEXT_ATTESTATION_MS = 1000;

/**
 * Gives up where reCAPTCHA's script is blocked: the SDK would wait for it forever, and each call with it.
 * Then calls are sent without a token, and the server's refusal has words.
 */
class TimedProvider extends ReCaptchaEnterpriseProvider {
  private patience = MAX_ATTESTATION_MS;

  // The SDK declares it for itself alone.
  async getToken(isLimitedUse?: boolean): Promise<unknown> {
    const parent = ReCaptchaEnterpriseProvider.prototype as unknown as TimedProvider;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.patience = NEXT_ATTESTATION_MS;
        reject(new FirebaseError("appCheck/recaptcha-error", "reCAPTCHA does not respond."));
      }, this.patience);
    });
    try {
      const token = await Promise.race([parent.getToken.call(this, isLimitedUse), late]);
      this.patience = MAX_ATTESTATION_MS;
      return token;
    } finally {
      clearTimeout(timer);
    }
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
