/** The public document of a campaign, and the call that plays it. */

import { RuntimeError } from "experience-client";
import {
  connectFirestoreEmulator,
  doc,
  type Firestore,
  getDoc,
  getFirestore,
} from "firebase/firestore/lite";
import { httpsCallable } from "firebase/functions";
import { type Connection, hostAndPort, signIn } from "../../../guest/src/model/connection.ts";
import { Refusal, refusalOf } from "../../../guest/src/model/refusals.ts";
import { insist } from "../model/insist.ts";
import { type Entrance, type LiveCampaign, liveCampaignOf, proofOf } from "../model/live.ts";
import type { Outcome } from "../model/machine.ts";

/** Half a minute with the pauses: then the guest decides whether to go on. */
const ATTEMPTS = 8;
const TIMEOUT_MS = 10_000;

export interface Backend {
  connection: Connection;
  database: Firestore;
}

/** Sign in, as the guest who was here before if there is one. Throws `Refusal`. */
export async function connect(): Promise<Backend> {
  const connection = await signIn();
  const database = getFirestore(connection.app);
  const address = connection.config.emulators?.firestore;
  if (address) connectFirestoreEmulator(database, ...hostAndPort(address));
  return { connection, database };
}

/** The campaign as it is now. One read. Throws `Refusal`. */
export async function load({ database }: Backend, campaignId: string): Promise<LiveCampaign> {
  const document = doc(database, "publicCampaigns", campaignId);
  let data: Record<string, unknown> | undefined;
  try {
    data = await insist(async () => (await getDoc(document)).data(), {
      attempts: 3,
      isTransient: isUnavailable,
    });
  } catch (error) {
    throw new Refusal(isUnavailable(error) ? "offline" : "campaign_not_found");
  }
  if (data === undefined) throw new Refusal("campaign_not_found");
  return liveCampaignOf(data);
}

/** Ask for the play of this number: asking again returns the same one. Throws `Refusal`. */
export async function play(
  { connection }: Backend,
  live: LiveCampaign,
  entrance: Entrance,
  number: number,
): Promise<Outcome> {
  const { workspaceId, campaignId, terms } = live.campaign;
  const call = httpsCallable<object, Outcome>(connection.functions, "playCampaign", {
    timeout: TIMEOUT_MS,
  });
  const request = {
    workspaceId,
    campaignId,
    termsVersion: terms?.version ?? "",
    number,
    ...proofOf(live, entrance),
  };
  try {
    return await insist(async () => (await call(request)).data, {
      attempts: ATTEMPTS,
      isTransient: (error) => RuntimeError.from(error).isTransient,
    });
  } catch (error) {
    throw refusalOf(RuntimeError.from(error));
  }
}

function isUnavailable(error: unknown): boolean {
  return (error as { code?: unknown }).code === "unavailable";
}
