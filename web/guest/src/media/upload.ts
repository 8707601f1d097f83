/** Uploading a photo into a session. */

import type { Calls } from "../model/backend.ts";
import { Refusal, refusalOf } from "../model/refusals.ts";
import type { Session } from "../model/types.ts";

export interface UploadOptions {
  calls: Calls;
  ids: { projectId: string; sessionId: string };
  stepId: string;
  onState(state: "uploading" | "checking", percentage: number): void;
  signal: AbortSignal;
}

/** Get an upload URL, send the photo (a JPEG) there, and confirm it. Throws `Refusal`. */
export async function uploadPhoto(photo: Blob, options: UploadOptions): Promise<Session> {
  const { calls, ids, stepId, onState, signal } = options;
  onState("uploading", 0);
  const upload = await calls.createUpload({
    ...ids,
    stepId,
    contentType: "image/jpeg",
    sizeBytes: photo.size,
  });
  signal.throwIfAborted();
  await put(photo, upload, (percentage) => onState("uploading", percentage), signal);
  onState("checking", 100);
  return confirm(calls, { ...ids, stepId, assetId: upload.assetId }, signal);
}

type Confirmation = Parameters<Calls["confirmUpload"]>[0];

/** Confirm an uploaded photo. A lost call is repeated: the file is there already. */
async function confirm(calls: Calls, request: Confirmation, signal: AbortSignal): Promise<Session> {
  for (let failures = 0; ; failures++) {
    try {
      return await calls.confirmUpload(request);
    } catch (error) {
      const refusal = refusalOf(error);
      if (!refusal.isTransient || failures === 2) throw refusal;
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** failures));
      signal.throwIfAborted();
    }
  }
}

interface UploadUrl {
  url: string;
  method: string;
  headers: Record<string, string>;
}

/** The URL accepts one file, and an earlier attempt of this page has arrived after all. */
const ALREADY_UPLOADED = 412;

/** With XMLHttpRequest, because `fetch` reports no progress of an upload. */
function put(
  photo: Blob,
  { url, method, headers }: UploadUrl,
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
      if ((request.status >= 200 && request.status < 300) || request.status === ALREADY_UPLOADED)
        resolve();
      else reject(new Refusal(request.status === 413 ? "too_large" : "interrupted", {}, true));
    };
    request.onerror = interrupted;
    request.onabort = interrupted;
    request.ontimeout = interrupted;
    signal.addEventListener("abort", () => request.abort());
    request.send(photo);
  });
}
