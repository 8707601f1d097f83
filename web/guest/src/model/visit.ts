/** What every screen of a visit works with, and how a guest enters a project. */

import { type Backend, connect } from "./backend.ts";
import { getEvent } from "./documents.ts";
import { currentRoute, newRequestId } from "./history.ts";
import { isOffline, keep, orKept } from "./kept.ts";
import { fallbacks } from "./locale.ts";
import { refusalOf } from "./refusals.ts";
import { entry, journeyRequestId, keepEntry, keepJourneyRequestId } from "./storage.ts";
import type { EventPage, JourneySession, Project } from "./types.ts";
import { locale } from "./words.ts";

/** The server takes no longer language tag. */
const MAX_TAG_LENGTH = 35;

export interface VisitContext {
  backend: Backend;
  project: Project;
  /** Whether the project knows the guest and has the consent that it asks for. */
  entered: boolean;
}

/** The same for an event. */
export interface EventContext {
  backend: Backend;
  event: EventPage;
}

let connection: Promise<Backend> | null = null;

function connectOnce(): Promise<Backend> {
  connection ??= connect().catch((error: unknown) => {
    connection = null;
    throw error;
  });
  return connection;
}

/** Connect, load the project, and enter it where the guest need not be asked. Throws `Refusal`. */
export async function openVisit(projectId: string): Promise<VisitContext> {
  const backend = await connectOnce();
  const known = entry(projectId, backend.uid);
  const [project, entered] = await Promise.all([
    orKept(`project:${projectId}`, () => backend.calls.getProject({ projectId })),
    known === null ? false : reenter(backend, projectId, known),
  ]);
  // On the welcome screen a guest enters by choosing an experience, not before.
  const mayEnter = !entered && !project.consent && currentRoute().phase !== "welcome";
  return {
    backend,
    project,
    entered: entered || (mayEnter && (await enter(backend, projectId, ""))),
  };
}

/** The language of the guest's mail, if it is known: the one that they read here. */
function mailLanguage(): { locale?: string } {
  const tags = fallbacks(locale()?.tag ?? "");
  const tag = tags.find(({ length }) => length <= MAX_TAG_LENGTH);
  return tag === undefined ? {} : { locale: tag };
}

/** As `enter`, for a guest who has entered before. Without a network they go on, and the server says later. */
async function reenter(backend: Backend, projectId: string, known: string): Promise<boolean> {
  if (isOffline()) return true;
  try {
    return await enter(backend, projectId, known);
  } catch (error) {
    if (refusalOf(error).reason !== "offline") throw error;
    return true;
  }
}

/** Register the guest with the project. False if the project still asks for consent. */
export async function enter(
  { calls, uid }: Backend,
  projectId: string,
  consentVersion: string,
): Promise<boolean> {
  try {
    await calls.ensureGuest({
      projectId,
      ...mailLanguage(),
      ...(consentVersion ? { consentVersion } : {}),
    });
  } catch (error) {
    if (refusalOf(error).reason === "consent_required") return false;
    throw error;
  }
  keepEntry(projectId, uid, consentVersion);
  return true;
}

/** Connect and load the event. Throws `Refusal`. */
export async function openEvent(eventId: string): Promise<EventContext> {
  const backend = await connectOnce();
  return { backend, event: await orKept(`event:${eventId}`, () => getEvent(backend, eventId)) };
}

/** Whether this guest has agreed to what the event asks for, or it asks for nothing. */
export function hasAgreed({ backend, event }: EventContext): boolean {
  return !event.consent || entry(scopeOf(event), backend.uid) !== null;
}

/** Whether they have agreed to its present text, where there is one. */
export function hasAgreedToThis({ backend, event }: EventContext): boolean {
  return (event.consent?.version ?? null) === entry(scopeOf(event), backend.uid);
}

/** Begin a session anew, if there is one, with the consent of this version. */
export function beginAgain({ backend, event }: EventContext, consentVersion?: string): void {
  if (consentVersion !== undefined) keepEntry(scopeOf(event), backend.uid, consentVersion);
  keepJourneyRequestId(event.id, backend.uid, newRequestId());
}

/** The guest's session of the event, the same after a reload. Throws `Refusal`. */
export function startJourney(context: EventContext): Promise<JourneySession> {
  const { backend, event } = context;
  if (journeyRequestId(event.id, backend.uid) === null) beginAgain(context);
  const requestId = journeyRequestId(event.id, backend.uid) ?? newRequestId();
  const consentVersion = entry(scopeOf(event), backend.uid);
  const request = {
    eventId: event.id,
    requestId,
    ...mailLanguage(),
    ...(consentVersion === null ? {} : { consentVersion }),
  };
  return orKept(`journey:${requestId}`, () => backend.calls.startJourney(request));
}

/** Keep how the session stands, for a reload without a network. */
export function keepJourney({ backend, event }: EventContext, view: JourneySession): void {
  const requestId = journeyRequestId(event.id, backend.uid);
  if (requestId !== null) keep(`journey:${requestId}`, view);
}

function scopeOf({ id }: EventPage): string {
  return `event:${id}`;
}
