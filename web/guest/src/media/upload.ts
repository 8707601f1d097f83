/** A photo on its way into a session. */

import type { Calls } from "../model/backend.ts";
import { Refusal, refusalOf } from "../model/refusals.ts";
import type { Session } from "../model/types.ts";

export const TYPES = ["image/jpeg", "image/png", "image/webp"] as const;
type ContentType = (typeof TYPES)[number];
export const LARGEST_BYTES = 20 * 2 ** 20;
const SHRINK_FROM_BYTES = 3 * 2 ** 20;
const LONGEST_SIDE = 2560;

/** What is wrong with a file before anybody sends it, or null. */
export function fileProblem(file: { type: string; size: number }): string | null {
  if (!isPhoto(file.type)) return "wrong_type";
  return file.size > LARGEST_BYTES ? "too_large" : null;
}

function isPhoto(type: string): type is ContentType {
  return (TYPES as readonly string[]).includes(type);
}

/** A large photo in the size that a picture is made from; what cannot be read stays as it is. */
export async function shrink(file: Blob): Promise<Blob> {
  if (file.size < SHRINK_FROM_BYTES) return file;
  try {
    const image = await createImageBitmap(file);
    const part = Math.min(1, LONGEST_SIDE / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * part);
    canvas.height = Math.round(image.height * part);
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    image.close();
    const smaller = await jpeg(canvas);
    return smaller.size < file.size ? smaller : file;
  } catch {
    return file;
  }
}

export function jpeg(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    const done = (blob: Blob | null) => (blob ? resolve(blob) : reject(new Error("no picture")));
    canvas.toBlob(done, "image/jpeg", 0.92);
  });
}

export interface Sending {
  calls: Calls;
  ids: { projectId: string; sessionId: string };
  stepId: string;
  onState(state: "uploading" | "checking", percentage: number): void;
  signal: AbortSignal;
}

/** Ask for an address, send the photo there, have it confirmed. Raises Refusal. */
export async function send(photo: Blob, sending: Sending): Promise<Session> {
  const { calls, ids, stepId, onState, signal } = sending;
  const contentType = photo.type;
  if (!isPhoto(contentType)) throw new Refusal("wrong_type");
  onState("uploading", 0);
  const upload = await calls.createUpload({
    ...ids,
    stepId,
    contentType,
    sizeBytes: photo.size,
  });
  signal.throwIfAborted();
  await put(photo, upload, (percentage) => onState("uploading", percentage), signal);
  onState("checking", 100);
  return confirm(calls, { ...ids, stepId, assetId: upload.assetId }, signal);
}

type Confirmation = Parameters<Calls["confirmUpload"]>[0];

/** The file lies there already: a call that got lost is made again before the guest is asked. */
async function confirm(calls: Calls, request: Confirmation, signal: AbortSignal): Promise<Session> {
  for (let failures = 0; ; failures++) {
    try {
      return await calls.confirmUpload(request);
    } catch (error) {
      const refusal = refusalOf(error);
      if (!refusal.passes || failures === 2) throw refusal;
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** failures));
      signal.throwIfAborted();
    }
  }
}

interface Address {
  url: string;
  method: string;
  headers: Record<string, string>;
}

const EXISTS = 412; // the address takes one file: an earlier try of ours arrived after all

/** `fetch` tells nothing of how far an upload is. */
function put(
  photo: Blob,
  { url, method, headers }: Address,
  onProgress: (percentage: number) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const interrupted = () => reject(new Refusal("interrupted", {}, true));
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onProgress((loaded / total) * 100);
    request.onload = () => {
      if ((request.status >= 200 && request.status < 300) || request.status === EXISTS) resolve();
      else reject(new Refusal(request.status === 413 ? "too_large" : "interrupted", {}, true));
    };
    request.onerror = interrupted;
    request.onabort = interrupted;
    request.ontimeout = interrupted;
    signal.addEventListener("abort", () => request.abort());
    request.send(photo);
  });
}
