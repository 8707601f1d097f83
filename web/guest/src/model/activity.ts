/** What goes on without a touch of the guest, and must not be interrupted. */

export type Activity = "camera" | "preview" | "upload" | "picture";

const ongoing = new Set<{ activity: Activity }>();

/** Say that something goes on. Returns the function that says that it is over. */
export function begin(activity: Activity): () => void {
  const entry = { activity };
  ongoing.add(entry);
  return () => ongoing.delete(entry);
}

/** Whether one of these goes on. */
export function isOngoing(...activities: Activity[]): boolean {
  return [...ongoing].some(({ activity }) => activities.includes(activity));
}
