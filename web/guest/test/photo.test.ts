import assert from "node:assert/strict";
import { test } from "node:test";
import { typeOf } from "../src/media/photo.ts";

const head = (text: string) => Uint8Array.from(text, (each) => each.charCodeAt(0));

test("the bytes of a photo tell its type", () => {
  assert.equal(typeOf(head("\xff\xd8\xff\xe0\0\x10JFIF")), "image/jpeg");
  assert.equal(typeOf(head("\x89PNG\r\n\x1a\n\0\0\0\x0d")), "image/png");
  assert.equal(typeOf(head("RIFF\n\0\0\0WEBP")), "image/webp");
  for (const brand of ["heic", "heix", "hevc", "mif1", "avif"]) {
    assert.equal(typeOf(head(`\0\0\0\x18ftyp${brand}`)), "image/heif", brand);
  }
});

test("a video, a text and nothing are no photo", () => {
  for (const other of ["\0\0\0\x18ftypisom", "\0\0\0\x18ftyp", "heic", "RIFF\n\0\0\0WAVE", ""]) {
    assert.equal(typeOf(head(other)), null, other);
  }
});
