import assert from "node:assert/strict";
import { test } from "node:test";
import { fileName, outside, waysOf } from "../src/media/saving.ts";

const SAFARI =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
const CHROME =
  "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36";
const IN_APPS: [string, string | null][] = [
  [`${SAFARI.replace(/ Version.*/, "")} Mobile/15E148 Instagram 380.0.0.28.105`, "Instagram"],
  [`${CHROME} Instagram 380.0.0.49.84 Android`, "Instagram"],
  [`${SAFARI.replace(/ Version.*/, "")} Mobile/15E148 [FBAN/FBIOS;FBAV/510.0]`, "Facebook"],
  [`${CHROME.replace(")", "; wv)")} [FB_IAB/FB4A;FBAV/510.0;]`, "Facebook"],
  [`${CHROME.replace(")", "; wv)")} musical_ly_2023 BytedanceWebview/d8a21c6`, "TikTok"],
  [SAFARI.replace(/ Version.*/, " Mobile/15E148"), null],
  [CHROME.replace(")", "; wv)"), null],
];

test("a browser saves the picture, an app's own one may not", () => {
  for (const browser of [SAFARI, CHROME]) {
    assert.deepEqual(waysOf(browser), { savesBlobs: true, isInApp: false, app: null });
  }
  for (const [userAgent, app] of IN_APPS) {
    assert.deepEqual(waysOf(userAgent), { savesBlobs: false, isInApp: true, app }, userAgent);
  }
});

test("out of an app leads an address of the phone's own", () => {
  const address = "https://a.example/party?x=1";
  assert.match(
    outside(address, CHROME) ?? "",
    /^intent:\/\/a\.example\/party\?x=1#Intent;scheme=https;.*;end$/,
  );
  assert.equal(outside(address, SAFARI), "x-safari-https://a.example/party?x=1");
  assert.equal(outside(address, "Mozilla/5.0 (X11; Linux x86_64)"), null);
});

test("a file has a name in any script", () => {
  assert.equal(fileName("Summer Party!", "image/png"), "Summer-Party.png");
  assert.equal(fileName("夏祭り 2026", "image/webp"), "夏祭り-2026.webp");
  assert.equal(fileName("हिन्दी मेला", "image/jpeg"), "हिन्दी-मेला.jpg", "vowel signs stay");
  assert.equal(fileName("งานเลี้ยง", "image/jpeg"), "งานเลี้ยง.jpg");
  assert.equal(fileName("حفلة الصيف", "image/jpeg"), "حفلة-الصيف.jpg");
  assert.equal(fileName("Zoe\u0308 & Ada", "image/jpeg"), "Zoë-Ada.jpg");
  for (const none of ["", "🎉🎉", "../..", "- -"]) {
    assert.equal(fileName(none, "image/jpeg"), "picture.jpg", none);
  }
});

test("a long name ends between letters, and leaves room for a file system", () => {
  const long = fileName("नि".repeat(300), "image/png");
  assert.match(long, /^(नि)+\.png$/u);
  assert.ok(new TextEncoder().encode(long).length <= 130);
});
