/**
 * The service worker of the guest page. It opens the page without a network, from the files of its own
 * build; with a network every page is the deployed one. What others serve, functions, Auth and Storage
 * among them, never passes through it.
 */

import { cacheOf, kindOf, unusedCaches } from "./requests.ts";

/** The parts of the worker's global scope that are used. */
interface Extendable extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Extendable {
  request: Request;
  respondWith(response: Promise<Response>): void;
}
interface Client {
  url: string;
  postMessage(message: unknown, transfer: Transferable[]): void;
}
interface Worker {
  location: Location;
  registration: { installing: unknown; waiting: unknown };
  caches: CacheStorage;
  clients: {
    claim(): Promise<void>;
    matchAll(options: { includeUncontrolled: boolean; type: "window" }): Promise<Client[]>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: Extendable) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetching) => void): void;
  addEventListener(type: "message", listener: (event: Extendable & MessageEvent) => void): void;
}
declare const self: Worker;

// The build fills these in (vite.config.ts).
const BUILD = "__BUILD__";
const FILES = JSON.parse("__FILES__") as string[];

const SHELL = "/index.html";
/** For a page that is known here. A slower network is as good as none. */
const MAX_WAIT_MS = 4_000;
const MAX_SAYING_MS = 2_000;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => {
  event.ports[0]?.postMessage(BUILD);
  event.waitUntil(deleteUnused());
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const kind = kindOf(request, self.location.origin);
  if (kind === "page") event.respondWith(page(request));
  if (kind === "file") event.respondWith(file(request));
});

async function install(): Promise<void> {
  const cache = await self.caches.open(cacheOf(BUILD));
  await Promise.all(FILES.map((path) => add(cache, path)));
  const shell = await fetch(SHELL, { cache: "reload" });
  const text = await shell.clone().text();
  // A page that was deployed since would not find its files here. The next update brings its worker.
  if (!shell.ok || !text.includes(BUILD)) throw new Error("the page is another build's");
  await cache.put(SHELL, shell);
  await self.skipWaiting();
}

/** Keep a file. Hosting serves the page in place of one that is gone. */
async function add(cache: Cache, path: string): Promise<void> {
  const response = await fetch(path);
  const isPage = response.headers.get("content-type")?.includes("text/html");
  if (!response.ok || isPage) throw new Error(`${path} is gone`);
  await cache.put(path, response);
}

async function activate(): Promise<void> {
  await self.clients.claim();
  await deleteUnused();
}

async function page(request: Request): Promise<Response> {
  const cache = await self.caches.open(cacheOf(BUILD));
  const shell = await cache.match(SHELL);
  const loading = fetch(request);
  if (shell === undefined) return loading;
  const tooLong = new Promise<null>((resolve) => setTimeout(() => resolve(null), MAX_WAIT_MS));
  try {
    const response = await Promise.race([loading, tooLong]);
    if (response !== null && response.status < 500) return response;
  } catch {
    // There is no network.
  }
  loading.catch(() => {});
  return shell;
}

/** Names have the hash of their content, so any build's will do. */
async function file(request: Request): Promise<Response> {
  return (await self.caches.match(request)) ?? fetch(request);
}

async function deleteUnused(): Promise<void> {
  // A newer worker has a cache that no page uses yet. It deletes this one's when its turn comes.
  if (self.registration.installing || self.registration.waiting) return;
  const names = await self.caches.keys();
  if (unusedCaches(names, BUILD, []).length === 0) return;
  const clients = await self.clients.matchAll({ includeUncontrolled: true, type: "window" });
  const { origin } = self.location;
  const pages = clients.filter(({ url }) => kindOf({ url, method: "GET", mode: "navigate" }, origin));
  const inUse = await Promise.all(pages.map(buildOf));
  await Promise.all(unusedCaches(names, BUILD, inUse).map((name) => self.caches.delete(name)));
}

/** The build of a page, or null if it does not say. */
function buildOf(client: Client): Promise<string | null> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(String(data));
    setTimeout(() => resolve(null), MAX_SAYING_MS);
    client.postMessage("build", [port2]);
  });
}
