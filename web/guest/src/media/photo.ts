/** From a file that a guest chose to a photo that the page can send. */

import { Refusal } from "../model/refusals.ts";

const QUALITY = 0.92;
/** What every phone has room to draw. */
const MAX_SIDE = 4096;

/** Enough of a file for its type: the container of a WebM says so after a few fields. */
const HEAD_BYTES = 64;

/**
 * The file under the type that its bytes show, whatever its name says, if it has one. A HEIC or an
 * AVIF is drawn anew, as a JPEG without metadata, where the browser can read it. Throws `Refusal`.
 */
export async function readable(file: Blob): Promise<Blob> {
  if (file.size === 0) throw new Refusal("empty_file");
  let head: ArrayBuffer;
  try {
    head = await file.slice(0, HEAD_BYTES).arrayBuffer();
  } catch {
    throw new Refusal("unreadable_file"); // it lies in a cloud, or is gone
  }
  const type = typeOf(new Uint8Array(head));
  if (type === "image/heif") return redrawn(file);
  return type && type !== file.type ? new Blob([file], { type }) : file;
}

// As the server's TYPE_OF_BRAND (functions/experience/media/models.py).
const MP4 = /^.{4}ftyp(iso[m2-9]|mp4[12]|avc1|dash|cmfc|MSNV|mmp4|M4V[ HP]|3gp[456])/s;

/** The type of a photo or a video of this beginning, or null. HEIC and AVIF share the container HEIF. */
export function typeOf(head: Uint8Array): string | null {
  const text = String.fromCharCode(...head);
  if (text.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (text.startsWith("\x89PNG")) return "image/png";
  if (/^RIFF.{4}WEBP/s.test(text)) return "image/webp";
  if (/^.{4}ftyp(he[iv][cmsx]|avi[fs]|m[is]f1)/s.test(text)) return "image/heif";
  if (MP4.test(text)) return "video/mp4";
  if (/^.{4}ftypqt {2}/s.test(text)) return "video/quicktime";
  return /^\x1aE\xdf\xa3.*webm/s.test(text) ? "video/webm" : null;
}

/** The image as a JPEG of at most this side. Where it is transparent it becomes white, as on the server. */
export async function drawn(
  image: ImageBitmap | HTMLImageElement,
  maxSide: number,
): Promise<Blob> {
  const part = Math.min(1, maxSide / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * part));
  canvas.height = Math.max(1, Math.round(image.height * part));
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  context.fillStyle = "white"; // a JPEG has no transparency, and makes black of it
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return jpeg(canvas);
}

export function jpeg(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    const done = (blob: Blob | null) => (blob ? resolve(blob) : reject(new Error("no picture")));
    canvas.toBlob(done, "image/jpeg", QUALITY);
  });
}

async function redrawn(file: Blob): Promise<Blob> {
  try {
    return await drawn(await decoded(file), MAX_SIDE);
  } catch {
    throw new Refusal("unsupported_media");
  }
}

/** The image, upright. Some browsers decode a HEIC only for an element of the page. */
async function decoded(file: Blob): Promise<ImageBitmap | HTMLImageElement> {
  try {
    return await createImageBitmap(file);
  } catch {
    const url = URL.createObjectURL(file);
    try {
      const image = new Image();
      image.src = url;
      await image.decode();
      return image;
    } finally {
      URL.revokeObjectURL(url);
    }
  }
}
