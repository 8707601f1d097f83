import { useEffect } from "preact/hooks";
import { type Activity, begin } from "../model/activity.ts";

/** Say that something goes on, as long as it does and is shown. */
export function useOngoing(activity: Activity, isOngoing: boolean): void {
  useEffect(() => (isOngoing ? begin(activity) : undefined), [activity, isOngoing]);
}
