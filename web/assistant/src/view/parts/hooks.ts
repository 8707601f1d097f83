import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** Whether the browser has a network. */
export function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = () => setOnline(navigator.onLine);
    addEventListener("online", update);
    addEventListener("offline", update);
    return () => {
      removeEventListener("online", update);
      removeEventListener("offline", update);
    };
  }, []);
  return online;
}

/** An element that takes the focus when it appears, and again when `of` changes. */
export function useFocus<E extends HTMLElement>(of: unknown = null) {
  const element = useRef<E>(null);
  useLayoutEffect(() => element.current?.focus({ preventScroll: true }), [of]);
  return element;
}

/** The time, read again at `at` (Unix ms). */
export function useNow(at: number | null): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (at === null || at <= now) return;
    // A longer timer would fire at once.
    const pause = Math.min(at - Date.now() + 50, 2_000_000_000);
    const timer = setTimeout(() => setNow(Date.now()), pause);
    return () => clearTimeout(timer);
  }, [at, now]);
  return now;
}
