/** From a file that a guest chose to a photo that the page can send. */

import { Refusal } from "../model/refusals.ts";

const QUALITY = 0.92;
/** What every phone has room to draw. */
const MAX_SIDE = 4096;

/**
 * The file under the type that its bytes show, whatever its name says. A HEIC or an AVIF is drawn
 * anew, as a JPEG without metadata, where the browser can read it. Throws `Refusal`.
 */
export async function readable(file: Blob): Promise<Blob> {
  const type = typeOf(new Uint8Array(await file.slice(0, 12).arrayBuffer()));
  if (type === "image/heif") return redrawn(file);
  return type && type !== file.type ? new Blob([file], { type }) : file;
}

/** The type of a photo of this beginning, or null. HEIC and AVIF share the container HEIF. */
export function typeOf(head: Uint8Array): string | null {
  const text = String.fromCharCode(...head);
  if (text.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (text.startsWith("\x89PNG")) return "image/png";
  if (/^RIFF.{4}WEBP/s.test(text)) return "image/webp";
  return /^.{4}ftyp(he[iv][cmsx]|avi[fs]|m[is]f1)/s.test(text) ? "image/heif" : null;
}

export function jpeg(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    const done = (blob: Blob | null) => (blob ? resolve(blob) : reject(new Error("no picture")));
    canvas.toBlob(done, "image/jpeg", QUALITY);
  });
}

async function redrawn(file: Blob): Promise<Blob> {
  try {
    const image = await decoded(file);
    const part = Math.min(1, MAX_SIDE / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(image.width * part));
    canvas.height = Math.max(1, Math.round(image.height * part));
    const context = canvas.getContext("2d");
    if (!context) throw new Error("no canvas");
    context.fillStyle = "white"; // where the photo is transparent
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await jpeg(canvas);
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
