// Written by `make client` from the functions' models. Do not edit.

import type { Callables } from "./types.js";

/** The name of every callable. */
export const CALLABLES = [
  "saveExperience",
  "publishExperience",
  "saveWorkspace",
  "setMember",
  "listExperiences",
  "startRun",
  "getRun",
  "listRuns",
  "cancelRun",
  "retryRun",
  "getArtifactUrl",
  "getProject",
  "saveProject",
  "publishProject",
  "listProjects",
  "ensureGuest",
  "getGuest",
  "listGuests",
  "getNextPhase",
  "createSession",
  "getSession",
  "updateSessionProgress",
  "completeSession",
  "getJourneySessions",
  "abandonSession",
  "failSession",
  "listSessions",
  "getGuestHistory",
  "createUpload",
  "confirmUpload",
  "getDownloadUrl",
  "getJob",
  "startTransform",
  "retryTransform",
  "cancelTransform",
  "triggerTransform",
  "retryJourney",
  "revokeShare",
  "eraseGuest",
] as const satisfies readonly (keyof Callables)[];

/** The paths of the documents that clients may listen to. */
export const paths = {
  guest: (projectId: string, guestId: string) => `projects/${projectId}/guests/${guestId}`,
  session: (projectId: string, sessionId: string) => `projects/${projectId}/sessions/${sessionId}`,
  job: (projectId: string, jobId: string) => `projects/${projectId}/jobs/${jobId}`,
  project: (projectId: string) => `projects/${projectId}`,
  workspace: (workspaceId: string) => `workspaces/${workspaceId}`,
  member: (workspaceId: string, uid: string) => `workspaces/${workspaceId}/members/${uid}`,
  experience: (workspaceId: string, experienceId: string) => `workspaces/${workspaceId}/experiences/${experienceId}`,
  experienceVersion: (workspaceId: string, experienceId: string, version: string) => `workspaces/${workspaceId}/experiences/${experienceId}/experienceVersions/${version}`,
} as const;
