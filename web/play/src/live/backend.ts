/** The public document of a campaign, and the call that plays it. */

import { type Client, createClient } from "experience-client";
import { doc, type Firestore, getDoc, initializeFirestore } from "firebase/firestore/lite";
import { firestoreSettings } from "../../../guest/src/model/addresses.ts";
import { signIn } from "../../../guest/src/model/connection.ts";
import { Refusal, refusalOf } from "../../../guest/src/model/refusals.ts";
import { type Entrance, type LiveCampaign, liveCampaignOf, proofOf } from "../model/live.ts";
import type { Outcome } from "../model/machine.ts";

/** With the pauses between them half a minute: then the guest decides whether to go on. */
const ATTEMPTS = 8;
const TIMEOUT_MS = 10_000;

export interface Backend {
  database: Firestore;
  playCampaign: Client["playCampaign"];
}

/** Sign in, as the guest who was here before if there is one. Throws `Refusal`. */
export async function connect(): Promise<Backend> {
  const { app, config, functions, limitedUseTokens } = await signIn();
  const database = initializeFirestore(app, firestoreSettings(config));
  // A call whose answer was lost is repeated, and returns the same play.
  const options = { attempts: ATTEMPTS, timeoutMs: TIMEOUT_MS, limitedUseTokens };
  const { playCampaign } = createClient(functions, options);
  return { database, playCampaign };
}

/** The campaign as it is now. One read. Throws `Refusal`. */
export async function load({ database }: Backend, campaignId: string): Promise<LiveCampaign> {
  let data: Record<string, unknown> | undefined;
  try {
    data = (await getDoc(doc(database, "publicCampaigns", campaignId))).data();
  } catch (error) {
    // The SDK's code is `unknown` if there was no response.
    const isDenied = (error as { code?: unknown }).code === "permission-denied";
    throw new Refusal(isDenied ? "campaign_not_found" : "offline", {}, !isDenied);
  }
  if (data === undefined) throw new Refusal("campaign_not_found");
  return liveCampaignOf(data);
}

/** Ask for the play of this number: asking again returns the same one. Throws `Refusal`. */
export async function play(
  { playCampaign }: Backend,
  live: LiveCampaign,
  entrance: Entrance,
  number: number,
): Promise<Outcome> {
  const { workspaceId, campaignId, terms } = live.campaign;
  const termsVersion = terms?.version ?? "";
  const proof = proofOf(live, entrance);
  try {
    return await playCampaign({ workspaceId, campaignId, termsVersion, number, ...proof });
  } catch (error) {
    throw refusalOf(error);
  }
}
