/** Uploading a photo into a session. */

import { Refusal, refusalOf } from "../model/refusals.ts";
import type { SendPhoto } from "../model/photos/photo-queue.ts";
import type { SessionBackend, Upload } from "../model/sessions/session-backend.ts";
import type { ContentType, PlayedSession } from "../model/types.ts";
import { withoutMetadata } from "./metadata.ts";
import { drawn } from "./photo.ts";

/** HEIC is missing on purpose: an iPhone that is not asked for it hands over a JPEG. */
export const TYPES = ["image/jpeg", "image/png", "image/webp", "image/avif"] as const;
export const VIDEO_TYPES = ["video/mp4", "video/webm", "video/quicktime"] as const;
export const MAX_BYTES = 20 * 2 ** 20;
const MAX_VIDEO_BYTES = 200 * 2 ** 20;
const MIN_SHRINK_BYTES = 3 * 2 ** 20;
const MAX_SIDE = 2560;

/** What is wrong with a file, before it is uploaded, or null. A step asks for videos or not. */
export function fileProblem(
  file: { type: string; size: number },
  allowVideos: boolean,
): string | null {
  if (file.size === 0) return "empty_file";
  if (isVideo(file.type) && allowVideos)
    return file.size > MAX_VIDEO_BYTES ? "video_too_large" : null;
  if (file.type.startsWith("video/")) return allowVideos ? "wrong_video" : "video_not_asked";
  if (!isPhoto(file.type)) return "wrong_type";
  return file.size > MAX_BYTES ? "too_large" : null;
}

function isPhoto(type: string): type is (typeof TYPES)[number] {
  return (TYPES as readonly string[]).includes(type);
}

export function isVideo(type: string): type is (typeof VIDEO_TYPES)[number] {
  return (VIDEO_TYPES as readonly string[]).includes(type);
}

function isAccepted(type: string): type is ContentType {
  return isPhoto(type) || isVideo(type);
}

/** A large photo in the size that a picture needs. A file that cannot be read stays as it is. */
export async function shrink(file: Blob): Promise<Blob> {
  if (file.size < MIN_SHRINK_BYTES || isVideo(file.type)) return file;
  try {
    const image = await createImageBitmap(file);
    const smaller = await drawn(image, MAX_SIDE);
    image.close();
    return smaller.size < file.size ? smaller : file;
  } catch {
    return file;
  }
}

/** What is sent of a file: without metadata, and in a type that the server takes. Throws `Refusal`. */
export async function prepared(file: Blob): Promise<Blob> {
  const photo = isVideo(file.type) ? file : await withoutMetadata(await shrink(file));
  if (!isAccepted(photo.type)) throw new Refusal("wrong_type");
  return photo;
}

/**
 * Send a photo of a session and confirm it. The address to which it is sent is kept, so that a repeat
 * after a lost response, or after a reload, makes no second object. Throws `Refusal`.
 */
export function senderOf(backend: SessionBackend): SendPhoto {
  return async ({ stepId, type, bytes, upload: kept }, { onState, keep, signal }) => {
    onState("uploading", 0);
    const photo = new Blob([bytes], { type });
    const upload = kept ?? (await backend.createUpload(stepId, type as ContentType, photo.size));
    signal.throwIfAborted();
    if (kept === null) await keep(upload);
    const isTaken = await put(photo, upload, (percentage) => onState("uploading", percentage), signal);
    if (!isTaken && upload.assetId === undefined) {
      // Without an id of its own, an earlier photo would be confirmed in its place.
      await keep(null);
      throw new Refusal("interrupted", {}, true);
    }
    onState("checking", 100);
    try {
      return await untilConfirmed(() => backend.confirmUpload(stepId, upload.assetId), signal);
    } catch (error) {
      if (refusalOf(error).reason === "upload_missing") await keep(null);
      throw error;
    }
  };
}

/** Confirm an uploaded photo. A lost call is repeated: the file is there already. */
async function untilConfirmed(
  confirm: () => Promise<PlayedSession>,
  signal: AbortSignal,
): Promise<PlayedSession> {
  for (let failures = 0; ; failures++) {
    try {
      return await confirm();
    } catch (error) {
      const refusal = refusalOf(error);
      if (!refusal.isTransient || failures === 2) throw refusal;
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** failures));
      signal.throwIfAborted();
    }
  }
}

/** The URL accepts one file, and an earlier attempt of this page has arrived after all. */
const ALREADY_UPLOADED = 412;

/** An address that has expired, though an earlier attempt may have arrived. */
const EXPIRED = new Set([400, 403]);

/**
 * Whether the address has taken the photo, now or before; false if it takes nothing any more.
 * With XMLHttpRequest, because `fetch` reports no progress of an upload.
 */
function put(
  photo: Blob,
  { url, method, headers }: Upload,
  onProgress: (percentage: number) => void,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const interrupted = () => reject(new Refusal("interrupted", {}, true));
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onProgress((loaded / total) * 100);
    request.onload = () => {
      if ((request.status >= 200 && request.status < 300) || request.status === ALREADY_UPLOADED)
        resolve(true);
      else if (EXPIRED.has(request.status)) resolve(false);
      else reject(new Refusal(request.status === 413 ? "too_large" : "interrupted", {}, true));
    };
    request.onerror = interrupted;
    request.onabort = interrupted;
    request.ontimeout = interrupted;
    signal.addEventListener("abort", () => request.abort());
    request.send(photo);
  });
}
