import assert from "node:assert/strict";
import { test } from "node:test";
import { readable, typeOf } from "../src/media/photo.ts";

const head = (text: string) => Uint8Array.from(text, (each) => each.charCodeAt(0));

test("the bytes of a photo tell its type", () => {
  assert.equal(typeOf(head("\xff\xd8\xff\xe0\0\x10JFIF")), "image/jpeg");
  assert.equal(typeOf(head("\x89PNG\r\n\x1a\n\0\0\0\x0d")), "image/png");
  assert.equal(typeOf(head("RIFF\n\0\0\0WEBP")), "image/webp");
  for (const brand of ["heic", "heix", "hevc", "mif1", "avif"]) {
    assert.equal(typeOf(head(`\0\0\0\x18ftyp${brand}`)), "image/heif", brand);
  }
});

test("the bytes of a video tell its type", () => {
  for (const brand of ["isom", "iso6", "mp42", "avc1", "M4V ", "3gp4"]) {
    assert.equal(typeOf(head(`\0\0\0\x18ftyp${brand}`)), "video/mp4", brand);
  }
  assert.equal(typeOf(head("\0\0\0\x14ftypqt  ")), "video/quicktime");
  assert.equal(typeOf(head("\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm")), "video/webm");
});

test("a text, a sound and nothing are neither", () => {
  const others = ["\0\0\0\x18ftypM4A ", "\0\0\0\x18ftyp", "heic", "RIFF\n\0\0\0WAVE", ""];
  for (const other of [...others, "\x1aE\xdf\xa3\x9fmatroska"]) {
    assert.equal(typeOf(head(other)), null, other);
  }
});

const PHOTO = head("\xff\xd8\xff\xe0\0\x10JFIF") as Uint8Array<ArrayBuffer>;

test("a photo without a type, or with another one's, gets its own", async () => {
  for (const type of ["", "image/jpg", "image/png", "video/mp4", "application/octet-stream"]) {
    assert.equal((await readable(new Blob([PHOTO], { type }))).type, "image/jpeg", type);
  }
});

test("an empty file, and one that the phone does not hand over, are refused", async () => {
  await assert.rejects(readable(new Blob([], { type: "image/jpeg" })), { reason: "empty_file" });
  const lost = { size: 1, slice: () => ({ arrayBuffer: () => Promise.reject(new Error("gone")) }) };
  await assert.rejects(readable(lost as unknown as Blob), { reason: "unreadable_file" });
});
