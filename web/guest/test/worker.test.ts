import assert from "node:assert/strict";
import { test } from "node:test";
import { kindOf, unusedCaches } from "../src/worker/requests.ts";

const ORIGIN = "https://event.example";
const navigate = (path: string) =>
  kindOf({ url: ORIGIN + path, method: "GET", mode: "navigate" }, ORIGIN);
const load = (url: string, method = "GET") =>
  kindOf({ url: new URL(url, ORIGIN).href, method, mode: "cors" }, ORIGIN);

test("the guest page's own addresses are its pages", () => {
  for (const path of ["/p", "/p?kiosk", "/p/share?session=s", "/e/event", "/playful", "/shop"]) {
    assert.equal(navigate(path), "page", path);
  }
});

test("what others serve is left alone, as a page and as a file", () => {
  for (const path of ["/play", "/play/c", "/assistant/", "/s/abc", "/__/firebase/init.json"]) {
    assert.equal(navigate(path), null, path);
    assert.equal(load(path), null, path);
  }
  for (const path of ["/play/assets/a.js", "/share.js", "/sw.js"]) assert.equal(load(path), null, path);
});

test("files of the build come from the cache", () => {
  assert.equal(load("/assets/index-abc.js"), "file");
  assert.equal(load("/icon.svg"), "file");
});

test("functions, Auth and Storage never pass through the worker", () => {
  for (const url of [
    "https://us-central1-p.cloudfunctions.net/getProject",
    "https://identitytoolkit.googleapis.com/v1/accounts:signUp",
    "https://firebasestorage.googleapis.com/v0/b/p/o/picture",
  ]) {
    assert.equal(load(url), null);
    assert.equal(load(url, "POST"), null);
  }
  assert.equal(load("/index.html"), null, "the page asks the site what it serves");
});

test("a cache goes when no page is of its build", () => {
  const names = ["guest-page-a", "guest-page-b", "guest-page-c", "other"];
  assert.deepEqual(unusedCaches(names, "c", ["c"]), ["guest-page-a", "guest-page-b"]);
  assert.deepEqual(unusedCaches(names, "c", ["a", "c"]), ["guest-page-b"]);
  assert.deepEqual(unusedCaches(names, "c", []), ["guest-page-a", "guest-page-b"]);
  assert.deepEqual(unusedCaches(names, "c", [null]), [], "a page that is asleep may be of any");
});
