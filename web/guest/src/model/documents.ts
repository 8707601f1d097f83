/** One document, read without Firestore's SDK, which is larger than all that a first screen needs. */

import { firestoreUrl } from "./addresses.ts";
import type { Backend } from "./backend.ts";
import { Refusal } from "./refusals.ts";
import type { EventPage } from "./types.ts";

/**
 * A value of Firestore's REST API. Source: https://firebase.google.com/docs/firestore/reference/rest,
 * "Value". Those that no page reads have no row.
 */
interface RestValue {
  nullValue?: null;
  stringValue?: string;
  booleanValue?: boolean;
  integerValue?: string;
  doubleValue?: number;
  arrayValue?: { values?: RestValue[] };
  mapValue?: { fields?: Record<string, RestValue> };
}

/** The JavaScript value; null for null and for what no page reads. */
export function decoded(value: RestValue): unknown {
  const { stringValue, booleanValue, integerValue, doubleValue, arrayValue, mapValue } = value;
  if (integerValue !== undefined) return Number(integerValue);
  if (arrayValue) return (arrayValue.values ?? []).map(decoded);
  if (!mapValue) return stringValue ?? booleanValue ?? doubleValue ?? null;
  const fields = Object.entries(mapValue.fields ?? {});
  return Object.fromEntries(fields.map(([name, each]) => [name, decoded(each)]));
}

/** A live event, as its operators saved it. Throws `Refusal`. */
export async function getEvent(backend: Backend, eventId: string): Promise<EventPage> {
  const { projectId } = backend.config;
  const { origin } = firestoreUrl(backend.config);
  const path = `projects/${projectId}/databases/(default)/documents/events/${eventId}`;
  let response: Response;
  try {
    const token = await backend.appCheckToken?.();
    const headers = {
      authorization: `Bearer ${await backend.idToken()}`,
      ...(token && { "x-firebase-appcheck": token }),
    };
    response = await fetch(`${origin}/v1/${path}`, { headers });
  } catch {
    throw new Refusal("offline", {}, true);
  }
  // Guests may read live events alone, and an event that is absent looks as one that is closed.
  if (response.status === 403 || response.status === 404) throw new Refusal("event_not_found");
  if (!response.ok) throw new Refusal("offline", {}, true);
  const { fields = {} } = (await response.json()) as { fields?: Record<string, RestValue> };
  return { ...(decoded({ mapValue: { fields } }) as EventPage), id: eventId };
}
