import assert from "node:assert/strict";
import { test } from "node:test";
import { isHeif } from "../src/media/photo.ts";

const head = (text: string) => new TextEncoder().encode(text);

test("a HEIC is known by its bytes", () => {
  for (const brand of ["heic", "heix", "hevc", "mif1", "avif"]) {
    assert.ok(isHeif(head(`\0\0\0\x18ftyp${brand}`)), brand);
  }
});

test("nothing else is taken for one", () => {
  for (const other of ["\0\0\0\x18ftypisom", "\0\0\0\x18ftyp", "\x89PNG", "heic", ""]) {
    assert.ok(!isHeif(head(other)), other);
  }
});
