/**
 * Taking out of a photo what says where, when and with what it was taken.
 *
 * What makes it look right stays: its colour profile, and its orientation in an Exif block of its
 * own. The pixels are copied as they are. So is whatever lies behind a photo's end left out, such as
 * the video of a motion photo.
 */

type Bytes = Uint8Array<ArrayBuffer>;

const ORIENTATION_TAG = 0x0112;
const UPRIGHT = 1;
const EXIF = "Exif\0\0";

/** The photo without metadata. A file of another kind, or one that is damaged, stays as it is. */
export async function withoutMetadata(photo: Blob): Promise<Blob> {
  const bytes = new Uint8Array(await photo.arrayBuffer());
  const parts = cleaned(bytes);
  return parts ? new Blob(parts, { type: photo.type }) : photo;
}

function cleaned(bytes: Bytes): Bytes[] | null {
  try {
    if (bytes[0] === 0xff && bytes[1] === 0xd8) return cleanedJpeg(bytes);
    if (text(bytes, 1, 4) === "PNG") return cleanedPng(bytes);
    if (text(bytes, 0, 4) === "RIFF" && text(bytes, 8, 12) === "WEBP") return cleanedWebp(bytes);
    return null;
  } catch (error) {
    if (error instanceof RangeError) return null; // it ends in the middle of a block
    throw error;
  }
}

/** Source: ITU-T T.81, annex B.1; the segments of metadata by their first bytes. */
function cleanedJpeg(bytes: Bytes): Bytes[] {
  const kept: Bytes[] = [];
  let orientation: number | null = null;
  for (let at = nextSegment(bytes, 2); at < bytes.length; at = nextSegment(bytes, at)) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xd9) {
      kept.push(bytes.slice(at, at + 2));
      break;
    }
    const end = at + 2 + view(bytes).getUint16(at + 2);
    const name = text(bytes, at + 4, at + 16);
    if (marker === 0xe1 && name.startsWith(EXIF))
      orientation ??= orientationIn(bytes.subarray(at + 4 + EXIF.length, end));
    const next = marker === 0xda ? nextSegment(bytes, end) : end;
    if (isKeptSegment(marker, name)) kept.push(bytes.slice(at, next));
    at = next;
  }
  const exif = orientation && orientation !== UPRIGHT ? exifSegment(orientation) : [];
  return [bytes.slice(0, 2), ...exif, ...kept];
}

function isKeptSegment(marker: number, name: string): boolean {
  if (marker === 0xe0) return name.startsWith("JFIF\0");
  if (marker === 0xe2) return name.startsWith("ICC_PROFILE\0");
  if (marker === 0xee) return name.startsWith("Adobe");
  const isApplicationOrComment = (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe;
  return !isApplicationOrComment;
}

/**
 * Where the next segment begins: at the first marker that is no stuffing and no restart. What lies
 * between two segments, decoders pass over.
 */
function nextSegment(bytes: Bytes, start: number): number {
  for (let at = bytes.indexOf(0xff, start); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const marker = bytes[at + 1] ?? 0;
    const isData = marker === 0 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd7);
    if (!isData) return at;
  }
  return bytes.length; // it lacks its end
}

function exifSegment(orientation: number): Bytes[] {
  const block = [...EXIF].map((letter) => letter.charCodeAt(0)).concat(...tiff(orientation));
  return [new Uint8Array([0xff, 0xe1, 0, block.length + 2, ...block])];
}

// What an image is made of, and how it is to be shown. https://www.w3.org/TR/png-3/#4Concepts.Ancillary
const PNG_CHUNKS = /^([A-Z]...|tRNS|gAMA|cHRM|sRGB|cICP|iCCP|sBIT|bKGD|pHYs|acTL|fcTL|fdAT)$/;

function cleanedPng(bytes: Bytes): Bytes[] {
  const kept = [bytes.slice(0, 8)];
  let orientation: number | null = null;
  for (let at = 8, type = ""; type !== "IEND" && at < bytes.length; ) {
    const end = at + 12 + view(bytes).getUint32(at);
    type = text(bytes, at + 4, at + 8);
    if (type === "eXIf") orientation ??= orientationIn(bytes.subarray(at + 8, end - 4));
    if (PNG_CHUNKS.test(type)) kept.push(bytes.slice(at, end));
    at = end;
  }
  if (orientation && orientation !== UPRIGHT) {
    const chunk = [...[..."eXIf"].map((letter) => letter.charCodeAt(0)), ...tiff(orientation)];
    const size = bigEndian(chunk.length - 4);
    kept.splice(2, 0, new Uint8Array([...size, ...chunk, ...bigEndian(crc32(chunk))]));
  }
  return kept;
}

const WEBP_CHUNKS = new Set(["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"]);
const WEBP_EXIF_FLAG = 0x08;
const WEBP_XMP_FLAG = 0x04;

/** Source: https://developers.google.com/speed/webp/docs/riff_container */
function cleanedWebp(bytes: Bytes): Bytes[] {
  const kept: Bytes[] = [];
  let orientation: number | null = null;
  const end = Math.min(bytes.length, 8 + view(bytes).getUint32(4, true));
  for (let at = 12; at < end; ) {
    const type = text(bytes, at, at + 4);
    const size = view(bytes).getUint32(at + 4, true);
    const content = bytes.subarray(at + 8, at + 8 + size);
    if (type === "EXIF") {
      const prefix = text(content, 0, EXIF.length) === EXIF ? EXIF.length : 0;
      orientation ??= orientationIn(content.subarray(prefix));
    }
    if (WEBP_CHUNKS.has(type)) kept.push(bytes.slice(at, at + 8 + size + (size % 2)));
    at += 8 + size + (size % 2);
  }
  const isTurned = orientation !== null && orientation !== UPRIGHT;
  const features = kept.find((chunk) => text(chunk, 0, 4) === "VP8X");
  if (features) {
    features[8] = (features[8] ?? 0) & ~(WEBP_EXIF_FLAG | WEBP_XMP_FLAG);
    if (isTurned) {
      features[8] |= WEBP_EXIF_FLAG;
      const block = tiff(orientation ?? UPRIGHT);
      kept.push(new Uint8Array([...[..."EXIF"].map((letter) => letter.charCodeAt(0))]));
      kept.push(new Uint8Array([block.length, 0, 0, 0, ...block]));
    }
  }
  const header = bytes.slice(0, 12);
  const size = kept.reduce((sum, chunk) => sum + chunk.length, 4);
  view(header).setUint32(4, size, true);
  return [header, ...kept];
}

/** The orientation of a TIFF block, or null. Source: TIFF 6.0, section 2. */
function orientationIn(block: Uint8Array): number | null {
  try {
    const data = view(block);
    const isLittle = text(block, 0, 2) === "II";
    const directory = data.getUint32(4, isLittle);
    const count = data.getUint16(directory, isLittle);
    for (let entry = 0; entry < count; entry++) {
      const at = directory + 2 + 12 * entry;
      if (data.getUint16(at, isLittle) === ORIENTATION_TAG) {
        const value = data.getUint16(at + 8, isLittle);
        return value >= 1 && value <= 8 ? value : null;
      }
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return null;
}

/** A TIFF block with nothing but an orientation. */
function tiff(orientation: number): number[] {
  const header = [0x49, 0x49, 42, 0, 8, 0, 0, 0];
  const entry = [0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0];
  return [...header, 1, 0, ...entry, 0, 0, 0, 0];
}

/** Source: https://www.w3.org/TR/png-3/#5CRC-algorithm */
function crc32(bytes: number[]): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function bigEndian(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

function text(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
