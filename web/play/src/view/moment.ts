/** Renders that time itself brings about. */

import { useEffect, useReducer } from "preact/hooks";

const MAX_TIMER_MS = 2 ** 31 - 1;

/** Render again once this moment has come, if it is still to come. */
export function useMoment(at: number | undefined): void {
  const [renders, render] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (at === undefined || at < Date.now()) return;
    const timer = setTimeout(render, Math.min(MAX_TIMER_MS, at - Date.now() + 1000));
    return () => clearTimeout(timer);
  }, [at, renders]);
}
