/** The photo: taken or chosen, previewed, uploaded. */

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { hasCamera } from "../media/camera.ts";
import { readable } from "../media/photo.ts";
import { fileProblem, isVideo, shrink, TYPES, uploadPhoto, VIDEO_TYPES } from "../media/upload.ts";
import { refusalOf } from "../model/refusals.ts";
import type { SessionBackend } from "../model/sessions/session-backend.ts";
import type { Step, StoredMedia } from "../model/types.ts";
import { answerWords, captureWords, formatted, words } from "../model/words.ts";
import { Icon } from "../parts/icons.tsx";
import { Camera } from "./camera.tsx";
import type { StepProps } from "./props.ts";

type UploadState = { state: "uploading" | "checking" | "failed"; percentage: number };

export function Capture({ play, step, problem }: StepProps) {
  const [camera, setCamera] = useState(false);
  const [photo, setPhoto] = useState<Blob | null>(null);
  const [uploadState, setUploadState] = useState<UploadState | null>(null);
  const [reason, setReason] = useState<string | null>(null);
  const [retaking, setRetaking] = useState(false);
  const [cameraRefused, setCameraRefused] = useState(false);
  const fromCamera = useRef(false);
  const aborter = useRef<AbortController | null>(null);
  const picture = useObjectUrl(photo);
  const stored = play.session.capturedMedia.find((media) => media.stepId === step.id);
  const storedUrl = useStoredUrl(play.backend, stored);
  const allowVideos = step.config?.allowVideos ?? false;
  const shown = picture ?? (retaking ? null : storedUrl);
  const showsVideo = isVideo(photo?.type ?? stored?.contentType ?? "");
  const busy = uploadState !== null && uploadState.state !== "failed";
  const { capture, page, step: stepWords } = words();
  const actions = useKeptFocus(
    camera ? "camera" : (uploadState?.state ?? (shown ? "photo" : "empty")),
  );

  useEffect(() => () => aborter.current?.abort(), []);
  useEffect(() => {
    // Another tab must not move the guest away from a photo that they preview or upload.
    play.busy = photo !== null || camera;
  }, [photo, camera]);
  useEffect(() => {
    if (uploadState?.state !== "failed" || !photo) return;
    const again = () => void upload(photo);
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, [uploadState, photo]);

  function preview(taken: Blob) {
    fromCamera.current = camera;
    setCamera(false);
    setUploadState(null);
    const problem = fileProblem(taken, allowVideos);
    setReason(problem);
    if (problem === null) setPhoto(taken);
  }

  async function choose(file: Blob) {
    setReason(null);
    try {
      preview(await readable(file));
    } catch (error) {
      setReason(refusalOf(error).reason);
    }
  }

  async function upload(chosen: Blob) {
    if (aborter.current && !aborter.current.signal.aborted) return;
    const controller = new AbortController();
    aborter.current = controller;
    setReason(null);
    try {
      const session = await uploadPhoto(await shrink(chosen), {
        backend: play.backend,
        stepId: step.id,
        onState: (state, percentage) =>
          controller.signal.aborted || setUploadState({ state, percentage }),
        signal: controller.signal,
      });
      play.update(session);
      // The guest has cancelled too late. The photo that they take now will replace this one.
      if (controller.signal.aborted) return;
      controller.abort();
      play.submit(step.id, undefined);
    } catch (error) {
      if (controller.signal.aborted) return;
      controller.abort();
      const refusal = refusalOf(error);
      if (refusal.reason === "session_not_active") return play.handleEnd(refusal);
      const failure = captureProblem(refusal.reason, refusal.issues);
      setReason(failure);
      if (RETRYABLE.has(failure)) setUploadState({ state: "failed", percentage: 0 });
      else {
        setUploadState(null);
        setPhoto(null);
      }
    }
  }

  function discard() {
    aborter.current?.abort();
    setUploadState(null);
    setPhoto(null);
    setReason(null);
    setRetaking(true);
    if (fromCamera.current) setCamera(true);
  }

  if (camera) {
    return (
      <Camera
        settings={play.backend.camera}
        onPhoto={preview}
        onClose={() => setCamera(false)}
        onProblem={(problem) => {
          setCamera(false);
          setCameraRefused(true);
          setReason(problem);
        }}
      />
    );
  }
  return (
    <>
      {shown ? (
        <figure class={`preview ${busy ? "busy" : ""}`}>
          {showsVideo ? (
            <video data-testid="preview" src={shown} controls playsInline aria-label={capture.yourVideo} />
          ) : (
            <img data-testid="preview" src={shown} alt={capture.yourPhoto} />
          )}
          {uploadState ? <UploadProgress upload={uploadState} /> : null}
        </figure>
      ) : (
        <div class="viewfinder" aria-hidden="true">
          <Icon name="camera" />
        </div>
      )}
      <p
        class="error"
        role="alert"
        data-testid="capture-error"
        data-reason={reason ?? ""}
        hidden={!reason && !problem}
      >
        {reason ? captureWords(reason) : problem && answerWords(problem)}
      </p>
      <footer class="actions" ref={actions}>
        {uploadState?.state === "failed" && photo ? (
          <button
            class="button primary"
            type="button"
            data-testid="upload-retry"
            onClick={() => void upload(photo)}
          >
            {page.tryAgain}
          </button>
        ) : null}
        {photo && !uploadState ? (
          <button
            class="button primary"
            type="button"
            data-testid="use-photo"
            onClick={() => void upload(photo)}
          >
            {showsVideo ? capture.useVideo : capture.usePhoto}
          </button>
        ) : null}
        {shown && !photo && !uploadState ? (
          <button class="button primary" type="submit" data-testid="next" aria-busy={play.leaving}>
            {play.isLast ? stepWords.done : stepWords.next}
          </button>
        ) : null}
        {shown && !busy ? (
          <button class="button quiet" type="button" data-testid="retake" onClick={discard}>
            {showsVideo ? capture.retakeVideo : capture.retakePhoto}
          </button>
        ) : null}
        {busy ? (
          <button class="button quiet" type="button" data-testid="upload-cancel" onClick={discard}>
            {capture.cancel}
          </button>
        ) : null}
        {shown ? null : (
          <PhotoSources
            step={step}
            cameraRefused={cameraRefused}
            onCamera={() => {
              setReason(null);
              setCamera(true);
            }}
            onFile={(file) => void choose(file)}
          />
        )}
      </footer>
    </>
  );
}

const RETRYABLE = new Set(["interrupted", "offline", "rate_limited", "upload_missing", "unknown"]);

const WORDED = new Set([
  ...["upload_missing", "upload_too_large", "upload_type_mismatch", "upload_too_many_pixels"],
  ...["upload_damaged", "unsupported_media", "wrong_type", "too_large", "rate_limited"],
]);

function captureProblem(reason: string, issues: { path: string }[]): string {
  const named = (field: string) => issues.some(({ path }) => path === field);
  if (reason === "invalid_request" && named("contentType")) return "wrong_type";
  if (reason === "invalid_request" && named("sizeBytes")) return "too_large";
  return WORDED.has(reason) ? reason : "interrupted";
}

function UploadProgress({ upload }: { upload: UploadState }) {
  const { capture } = words();
  return (
    <figcaption class="upload" data-testid="upload" data-state={upload.state} tabIndex={-1}>
      <span role="status">{capture[upload.state]}</span>
      {upload.state === "failed" ? null : (
        <span
          class="bar"
          role="progressbar"
          aria-label={capture.upload}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(upload.percentage)}
          aria-valuetext={formatted(upload.percentage / 100, { style: "percent" })}
        >
          <span class="bar-fill" style={{ width: `${upload.percentage}%` }} />
        </span>
      )}
    </figcaption>
  );
}

interface PhotoSourcesProps {
  step: Step;
  /** The page got no picture from the camera when it last asked. */
  cameraRefused: boolean;
  onCamera(): void;
  onFile(file: Blob): void;
}

/**
 * Buttons to take or choose a photo. Where the page gets no camera, the phone's own app takes it: the
 * chooser of files alone does not offer it everywhere, as on Android 14.
 */
function PhotoSources({ step, cameraRefused, onCamera, onFile }: PhotoSourcesProps) {
  const { capture } = words();
  const label = (
    <>
      <Icon name="camera" />
      <bdi>{step.ctaLabel || capture.take}</bdi>
    </>
  );
  const onChange = (event: { currentTarget: HTMLInputElement }) => {
    const file = event.currentTarget.files?.[0];
    event.currentTarget.value = "";
    if (file) onFile(file);
  };
  const types = step.config?.allowVideos ? [...TYPES, ...VIDEO_TYPES] : TYPES;
  const input = { class: "sr-only", type: "file" as const, accept: types.join(","), onChange };
  return (
    <>
      {hasCamera() && !cameraRefused ? (
        <button class="button primary" type="button" data-testid="open-camera" onClick={onCamera}>
          {label}
        </button>
      ) : (
        <label class="button primary">
          {label}
          <input {...input} data-testid="camera-app" capture="user" />
        </label>
      )}
      {hasCamera() && cameraRefused ? (
        <button class="button quiet" type="button" data-testid="open-camera" onClick={onCamera}>
          {capture.cameraAgain}
        </button>
      ) : null}
      <label class="button quiet">
        <Icon name="image" />
        {step.config?.allowVideos ? capture.chooseAny : capture.choose}
        <input {...input} data-testid="file" />
      </label>
    </>
  );
}

/**
 * Each change of state removes the element that had the focus. The focus then moves to the upload's
 * progress or to the first action, and not back to the top of the page.
 */
function useKeptFocus(state: string): RefObject<HTMLElement | null> {
  const actions = useRef<HTMLElement>(null);
  const before = useRef(state);
  useEffect(() => {
    if (state === before.current) return;
    before.current = state;
    const isLost = document.activeElement === null || document.activeElement === document.body;
    const element = actions.current;
    if (!isLost || !element) return;
    const isUploading = state === "uploading" || state === "checking";
    const progress = isUploading
      ? element.parentElement?.querySelector<HTMLElement>(".upload")
      : null;
    (progress ?? element.querySelector<HTMLElement>("button, input"))?.focus();
  }, [state]);
  return actions;
}

/** The address of what is stored. A video's is signed, and only for an hour. */
function useStoredUrl(backend: SessionBackend, stored: StoredMedia | undefined): string | null {
  const [signed, setSigned] = useState<string | null>(null);
  const assetId = stored?.url === null ? stored.assetId : undefined;
  useEffect(() => {
    if (assetId === undefined) return;
    backend.signedUrl(assetId).then(setSigned, () => setSigned(null));
  }, [assetId]);
  return assetId === undefined ? (stored?.url ?? null) : signed;
}

function useObjectUrl(blob: Blob | null): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (blob === null) return setUrl(null);
    const created = URL.createObjectURL(blob);
    setUrl(created);
    return () => URL.revokeObjectURL(created);
  }, [blob]);
  return url;
}
