/** From a file that a guest chose to the photo that the page sends. */

import { Refusal } from "../model/refusals.ts";

/**
 * What the page asks for. HEIC is missing on purpose: an iPhone that is not asked for it hands over
 * a JPEG. A file of another type that the browser shows is taken as well.
 */
export const TYPES = ["image/jpeg", "image/png", "image/webp", "image/avif"] as const;
export const MAX_BYTES = 20 * 2 ** 20;
const LARGE_BYTES = 3 * 2 ** 20;
/** Of a large file: the size that a picture needs. */
const MAX_LARGE_SIDE = 2560;
/** What every phone has room to draw. */
const MAX_SIDE = 4096;

/**
 * The file drawn anew, as a JPEG: what it shows, and nothing else that its phone wrote into it, such
 * as the place. Its bytes decide what it is, not its name. Throws `Refusal`.
 */
export async function redrawn(file: Blob): Promise<Blob> {
  if (file.size > MAX_BYTES) throw new Refusal("too_large");
  const isHeic = isHeif(new Uint8Array(await file.slice(0, 12).arrayBuffer()));
  try {
    const image = await decoded(file, isHeic);
    const side = file.size < LARGE_BYTES ? MAX_SIDE : MAX_LARGE_SIDE;
    const part = Math.min(1, side / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(image.width * part));
    canvas.height = Math.max(1, Math.round(image.height * part));
    const context = canvas.getContext("2d");
    if (!context) throw new Error("no canvas");
    context.fillStyle = "white"; // where the photo is transparent
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    if ("close" in image) image.close();
    return await jpeg(canvas);
  } catch {
    throw new Refusal(isHeic ? "unsupported_media" : "wrong_type");
  }
}

/** Whether a file of this beginning is a HEIC, or an AVIF, which shares its container. */
export function isHeif(head: Uint8Array): boolean {
  const text = String.fromCharCode(...head.slice(4, 12));
  return /^ftyp(hei[cmsx]|hev[cmsx]|avi[fs]|m[is]f1)$/.test(text);
}

export function jpeg(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    const done = (blob: Blob | null) => (blob ? resolve(blob) : reject(new Error("no picture")));
    canvas.toBlob(done, "image/jpeg", 0.92);
  });
}

/** The image, upright. Some browsers decode a HEIC only for an element of the page. */
async function decoded(file: Blob, isHeic: boolean): Promise<ImageBitmap | HTMLImageElement> {
  try {
    return await createImageBitmap(file);
  } catch (error) {
    if (!isHeic) throw error;
  }
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
