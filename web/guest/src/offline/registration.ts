/** The page's side of the service worker: it is registered, and an old page gives way to a new build. */

import { isOngoing } from "../model/activity.ts";

const LOOK_EACH_MS = 10 * 60_000;
const SAFE_EACH_MS = 1_000;
const RELOADED = "guest-page:reloaded-for";

/** The build of this page, as its document says. */
function ownBuild(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="build"]')?.content ?? "";
}

/** Register the worker. In development there is none, and one of before goes. */
export async function registerWorker(): Promise<void> {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  if (import.meta.env.DEV) {
    const found = await serviceWorker.getRegistrations();
    await Promise.all(found.map((each) => each.unregister()));
    return;
  }
  serviceWorker.addEventListener("message", ({ ports }) => ports[0]?.postMessage(ownBuild()));
  serviceWorker.addEventListener("controllerchange", () => void giveWay());
  let lookedAt = 0;
  const look = async () => {
    if (!navigator.onLine) return;
    lookedAt = Date.now();
    try {
      const registration = await serviceWorker.register("/sw.js", { updateViaCache: "none" });
      await registration.update(); // to register one again does not look for a newer one
      await giveWay();
    } catch {
      // The next look may find the network.
    }
  };
  addEventListener("online", look);
  setInterval(look, LOOK_EACH_MS);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && Date.now() - lookedAt > LOOK_EACH_MS) void look();
  });
  await look();
}

/** The build of the worker. Asked, it also deletes what no page uses any more. */
function buildOf(worker: ServiceWorker): Promise<string> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(String(data));
    worker.postMessage("build", [port2]);
  });
}

/** The build that the site serves now, or null without a network. */
async function deployedBuild(): Promise<string | null> {
  try {
    const page = await (await fetch("/index.html", { cache: "no-store" })).text();
    return /<meta name="build" content="(\w+)"/.exec(page)?.[1] ?? null;
  } catch {
    return null;
  }
}

/**
 * If the worker is of another build than this page, and the page is the older one, reload at a moment at
 * which nothing is lost: not in the middle of a photo, and not while the guest types. Answers and photos
 * that are unsent are kept. Once for each build.
 */
async function giveWay(): Promise<void> {
  const worker = navigator.serviceWorker.controller;
  if (worker === null || (await buildOf(worker)) === ownBuild()) return;
  const deployed = await deployedBuild();
  // A page that the network has given may be newer than the worker, and waits for its own.
  if (deployed === null || deployed === ownBuild()) return;
  if (sessionStorage.getItem(RELOADED) === deployed) return;
  clearInterval(waiting);
  waiting = setInterval(() => {
    if (!navigator.onLine || !isSafe()) return;
    clearInterval(waiting);
    sessionStorage.setItem(RELOADED, deployed);
    location.reload();
  }, SAFE_EACH_MS);
}

let waiting: ReturnType<typeof setInterval> | undefined;

function isSafe(): boolean {
  if (isOngoing("camera", "preview", "upload")) return false;
  const focused = document.activeElement;
  const isTyping = focused instanceof HTMLTextAreaElement || focused?.matches("input[type=text], input[type=email]");
  return !isTyping || document.visibilityState === "hidden";
}
