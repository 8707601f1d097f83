import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { crc32, deflateSync } from "node:zlib";
import { withoutMetadata } from "../src/media/metadata.ts";

const PHOTO = readFileSync("../../emulator/demo/photos/chelsea.jpg");
const SECRET = "N 48 51 29.6";

function bytesOf(...parts: (string | number[] | Uint8Array)[]): Buffer {
  return Buffer.concat(
    parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part))),
  );
}

/** Exif as a phone writes it: an orientation, and a text with the place. */
function exif(orientation: number, endian: "II" | "MM" = "II"): Buffer {
  const text = Buffer.from(`${SECRET}\0`);
  const block = Buffer.alloc(38);
  const little = endian === "II";
  const short = (value: number, at: number) =>
    little ? block.writeUInt16LE(value, at) : block.writeUInt16BE(value, at);
  const long = (value: number, at: number) =>
    little ? block.writeUInt32LE(value, at) : block.writeUInt32BE(value, at);
  block.write(endian);
  short(42, 2);
  long(8, 4);
  short(2, 8);
  [0x010e, 2].forEach((value, index) => short(value, 10 + 2 * index));
  long(text.length, 14);
  long(38, 18);
  [0x0112, 3].forEach((value, index) => short(value, 22 + 2 * index));
  long(1, 26);
  short(orientation, 30);
  return bytesOf(block, text);
}

function segment(marker: number, ...content: (string | number[] | Uint8Array)[]): Buffer {
  const data = bytesOf(...content);
  return bytesOf([0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255], data);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytesOf(type, data)));
  return bytesOf(length, type, data, sum);
}

function riff(type: string, data: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(data.length);
  return bytesOf(type, length, data, data.length % 2 ? [0] : []);
}

async function cleaned(bytes: Uint8Array, type = "image/jpeg"): Promise<Buffer> {
  const photo = await withoutMetadata(new Blob([Uint8Array.from(bytes)], { type }));
  assert.equal(photo.type, type);
  return Buffer.from(await photo.arrayBuffer());
}

const SCAN = PHOTO.subarray(PHOTO.indexOf(Buffer.from([0xff, 0xdb])));

test("a JPEG keeps its pixels, its profile and its orientation alone", async () => {
  const profile = segment(0xe2, "ICC_PROFILE\0\x01\x01", "profile");
  const photo = bytesOf(
    [0xff, 0xd8],
    segment(0xe1, "Exif\0\0", exif(6)),
    segment(0xe1, "http://ns.adobe.com/xap/1.0/\0", SECRET),
    segment(0xe1, "Exif\0\0", exif(3)),
    segment(0xed, "Photoshop 3.0\0", SECRET),
    segment(0xfe, SECRET),
    profile,
    segment(0xe2, "MPF\0", SECRET),
    SCAN,
    `the video of a motion photo, ${SECRET}`,
  );
  const result = await cleaned(photo);
  assert.ok(!result.includes(SECRET));
  const orientation = segment(0xe1, "Exif\0\0", tiff(6));
  assert.deepEqual(result, bytesOf([0xff, 0xd8], orientation, profile, SCAN));
});

function tiff(orientation: number): number[] {
  const header = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0];
  return [...header, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0];
}

test("an upright JPEG has no Exif at all", async () => {
  const photo = bytesOf([0xff, 0xd8], segment(0xe1, "Exif\0\0", exif(1, "MM")), SCAN);
  assert.deepEqual(await cleaned(photo), bytesOf([0xff, 0xd8], SCAN));
});

test("an orientation in the other byte order is read", async () => {
  const photo = bytesOf([0xff, 0xd8], segment(0xe1, "Exif\0\0", exif(8, "MM")), SCAN);
  const orientation = segment(0xe1, "Exif\0\0", tiff(8));
  assert.deepEqual(await cleaned(photo), bytesOf([0xff, 0xd8], orientation, SCAN));
});

test("a JPEG that lacks its end keeps what it has", async () => {
  const photo = PHOTO.subarray(0, PHOTO.length - 100);
  assert.deepEqual((await cleaned(photo)).subarray(-50), photo.subarray(-50));
});

test("bytes between the segments of a JPEG hide nothing", async () => {
  const hidden = segment(0xe1, "Exif\0\0", exif(1));
  const photo = bytesOf([0xff, 0xd8], hidden, [0, 7], [0xff, 0xff], hidden.subarray(1), SCAN);
  assert.deepEqual(await cleaned(photo), bytesOf([0xff, 0xd8], SCAN));
});

test("a PNG keeps its pixels and its orientation alone", async () => {
  const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  const header = chunk("IHDR", Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]));
  const pixels = chunk("IDAT", deflateSync(Buffer.from([0, 7])));
  const end = chunk("IEND", Buffer.alloc(0));
  const photo = bytesOf(
    signature,
    header,
    chunk("eXIf", exif(6)),
    chunk("tEXt", bytesOf(`Comment\0${SECRET}`)),
    chunk("iTXt", bytesOf(SECRET)),
    chunk("prVt", bytesOf(SECRET)),
    pixels,
    end,
    SECRET,
  );
  const kept = bytesOf(signature, header, chunk("eXIf", Buffer.from(tiff(6))), pixels, end);
  assert.deepEqual(await cleaned(photo, "image/png"), kept);
});

test("a WebP keeps its pixels and its orientation alone", async () => {
  const webp = (...chunks: Buffer[]) => riff("RIFF", bytesOf("WEBP", ...chunks));
  const features = (flags: number) => riff("VP8X", Buffer.from([flags, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
  const pixels = riff("VP8 ", bytesOf("odd"));
  const photo = webp(
    features(0x0c),
    pixels,
    riff("EXIF", bytesOf("Exif\0\0", exif(6))),
    riff("XMP ", bytesOf(SECRET)),
  );
  const turned = webp(features(0x08), pixels, riff("EXIF", Buffer.from(tiff(6))));
  assert.deepEqual(await cleaned(photo, "image/webp"), turned);
  const upright = webp(features(0x0c), pixels, riff("EXIF", exif(1)));
  assert.deepEqual(await cleaned(upright, "image/webp"), webp(features(0), pixels));
});

test("what is damaged or of another kind stays as it is", async () => {
  const damaged = bytesOf([0xff, 0xd8], segment(0xe1, "Exif\0\0", exif(6)), [0xff, 0xda]);
  for (const file of [damaged, bytesOf("GIF89a"), bytesOf("RIFF"), Buffer.alloc(0)])
    assert.deepEqual(await cleaned(file, "image/gif"), file);
});

test("any change to a photo leaves a file of some kind", async () => {
  let state = 7;
  const random = (below: number) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
  const small = bytesOf([0xff, 0xd8], segment(0xe1, "Exif\0\0", exif(6)), SCAN.subarray(0, 2000));
  for (let attempt = 0; attempt < 500; attempt++) {
    const changed = Buffer.from(small.subarray(0, random(small.length)));
    for (let change = 0; change < 8 && changed.length; change++)
      changed[random(Math.min(changed.length, 200))] = random(256);
    await cleaned(changed);
  }
});
