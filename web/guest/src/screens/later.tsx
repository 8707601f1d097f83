/** Screens whose code the welcome does without. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { entryState, keepInEntry } from "../model/history.ts";
import { Later, remedyFor } from "../model/later.ts";
import { ProblemCard, Skeleton } from "../parts/frame.tsx";

type Screens = typeof import("./after-welcome.ts");

const SCREENS = new Later(() => import("./after-welcome.ts"));
/** The welcome comes first: nothing competes with its logo and the sign-in. */
const PREFETCH_AFTER_MS = 300;

/** Fetch, while the guest reads the welcome, what the next screens need. */
export function usePrefetch(): void {
  useEffect(() => {
    const timer = setTimeout(() => {
      SCREENS.load()
        .then(() => import("../model/live.ts"))
        .catch(() => {});
    }, PREFETCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
}

interface Props {
  children(screens: Screens): ComponentChildren;
}

/** Shows what is made of the screens: at once if they were fetched, else as soon as they arrive. */
export function AfterWelcome({ children }: Props) {
  const [screens, setScreens] = useState(SCREENS.loaded);
  const [reason, setReason] = useState<string | null>(null);
  const [attempts, setAttempts] = useState(0);
  const retry = () => setAttempts((n) => n + 1);

  useEffect(() => {
    if (screens) return;
    let current = true;
    setReason(null);
    SCREENS.load().then(
      (loaded) => {
        if (entryState().reloaded) keepInEntry({ reloaded: false });
        if (current) setScreens(loaded);
      },
      async () => {
        const found = await reloadOrReason();
        if (current) setReason(found);
      },
    );
    return () => {
      current = false;
    };
  }, [attempts]);

  useEffect(() => {
    if (reason !== "offline") return;
    addEventListener("online", retry);
    return () => removeEventListener("online", retry);
  }, [reason]);

  if (reason !== null) {
    if (reason === "offline") return <ProblemCard reason={reason} onRetry={retry} />;
    return <ProblemCard reason={reason} onReload={() => location.reload()} />;
  }
  return <>{screens ? children(screens) : <Skeleton />}</>;
}

/** Reload the page if that may help. Else why it cannot go on. */
async function reloadOrReason(): Promise<string | null> {
  const isReachable = await fetch("/__/firebase/init.json", { cache: "no-store" }).then(
    ({ ok }) => ok,
    () => false,
  );
  const remedy = remedyFor({ isReachable, wasReloaded: entryState().reloaded === true });
  if (remedy !== "reload") return remedy;
  keepInEntry({ reloaded: true });
  location.reload();
  return null;
}
