/** What the service worker decides of a request, and of the caches. Pure. */

/** Served by others, or by a page of their own: never by the worker. */
const OTHERS = ["/play", "/assistant", "/s", "/__", "/sw.js", "/share.js"];
const FILES = ["/assets/", "/icon.svg"];
const PREFIX = "guest-page-";

export interface Asked {
  url: string;
  method: string;
  /** `Request.mode`. */
  mode: string;
}

/** `page`: the network first. `file`: the cache first. Null: not for the worker. */
export function kindOf({ url, method, mode }: Asked, origin: string): "page" | "file" | null {
  const address = new URL(url);
  if (method !== "GET" || address.origin !== origin) return null;
  const { pathname } = address;
  if (OTHERS.some((each) => pathname === each || pathname.startsWith(`${each}/`))) return null;
  if (FILES.some((each) => pathname.startsWith(each))) return "file";
  return mode === "navigate" ? "page" : null;
}

export function cacheOf(build: string): string {
  return PREFIX + build;
}

/** The caches of builds that no page uses any more. A page that does not say its build may use any. */
export function unusedCaches(
  names: readonly string[],
  build: string,
  inUse: readonly (string | null)[],
): string[] {
  if (inUse.includes(null)) return [];
  const used = new Set([build, ...inUse].map((each) => cacheOf(each ?? "")));
  return names.filter((name) => name.startsWith(PREFIX) && !used.has(name));
}
