/** What every screen of a visit works with, and how a guest enters a project. */

import { type Backend, connect } from "./backend.ts";
import { currentRoute } from "./history.ts";
import { refusalOf } from "./refusals.ts";
import { entry, keepEntry } from "./storage.ts";
import type { Project, Venue } from "./types.ts";

export interface VisitContext {
  backend: Backend;
  project: Project;
  /** Whether the project knows the guest and has the consent that it asks for. */
  entered: boolean;
}

/** What the screens of a project show of it. */
export function venueOf({ name, theme, experiences }: Project): Venue {
  return {
    name,
    theme,
    choices: experiences.main.map((each) => ({ id: each.experienceId, name: each.name })),
  };
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
    backend.calls.getProject({ projectId }),
    known === null ? false : enter(backend, projectId, known),
  ]);
  // On the welcome screen a guest enters by choosing an experience, not before.
  const mayEnter = !entered && !project.consent && currentRoute().phase !== "welcome";
  return {
    backend,
    project,
    entered: entered || (mayEnter && (await enter(backend, projectId, ""))),
  };
}

/** Register the guest with the project. False if the project still asks for consent. */
export async function enter(
  { calls, uid }: Backend,
  projectId: string,
  consentVersion: string,
): Promise<boolean> {
  try {
    await calls.ensureGuest({ projectId, ...(consentVersion ? { consentVersion } : {}) });
  } catch (error) {
    if (refusalOf(error).reason === "consent_required") return false;
    throw error;
  }
  keepEntry(projectId, uid, consentVersion);
  return true;
}
