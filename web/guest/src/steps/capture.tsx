/** The photo: taken or chosen, previewed, uploaded. */

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { hasCamera } from "../media/camera.ts";
import { readable } from "../media/photo.ts";
import { fileProblem, isVideo, prepared, TYPES, VIDEO_TYPES } from "../media/upload.ts";
import { type PhotoState, shownState } from "../model/photos/photo-queue.ts";
import { isKiosk } from "../model/kiosk/mode.ts";
import { refusalOf } from "../model/refusals.ts";
import type { SessionBackend } from "../model/sessions/session-backend.ts";
import type { Step, StoredMedia } from "../model/types.ts";
import { answerWords, captureWords, formatted, words } from "../model/words.ts";
import { Icon } from "../parts/icons.tsx";
import { useOngoing } from "../parts/use-ongoing.ts";
import { Camera } from "./camera.tsx";
import type { StepProps } from "./props.ts";

export function Capture({ play, step, problem }: StepProps) {
  const [camera, setCamera] = useState(false);
  /** Taken or chosen, and not sent: the guest looks at it. */
  const [photo, setPhoto] = useState<Blob | null>(null);
  const [reason, setReason] = useState<string | null>(null);
  const [retaking, setRetaking] = useState(false);
  const [cameraRefused, setCameraRefused] = useState(false);
  const fromCamera = useRef(false);
  const sent = play.photos.at(step.id);
  const upload = sent?.state ?? null;
  const picture = useObjectUrl(photo ?? sent?.blob ?? null);
  const stored = play.session.capturedMedia.find((media) => media.stepId === step.id);
  const storedUrl = useStoredUrl(play.backend, stored);
  const allowVideos = step.config?.allowVideos ?? false;
  const shown = picture ?? (retaking ? null : storedUrl);
  const showsVideo = isVideo(photo?.type ?? sent?.blob.type ?? stored?.contentType ?? "");
  // While it is tried again the guest may go on too.
  const waits = upload !== null && upload.reason !== null;
  const busy = upload !== null && !waits;
  const told = upload && shownState(upload);
  const refused = play.refusedPhotos.get(step.id) ?? told?.reason ?? null;
  const why = reason ?? refused;
  const actions = useKeptFocus(camera ? "camera" : (told?.state ?? (shown ? "photo" : "empty")));
  const { capture, page, step: stepWords } = words();

  // Another tab must not move the guest away from a photo that they preview or upload.
  const isInMiddle = photo !== null || camera || busy;
  useEffect(() => {
    play.busy = isInMiddle;
  }, [isInMiddle]);
  useOngoing("camera", camera);
  useOngoing("preview", photo !== null);
  useOngoing("upload", busy);

  function preview(taken: Blob) {
    fromCamera.current = camera;
    setCamera(false);
    play.refusedPhotos.delete(step.id);
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

  async function send(chosen: Blob) {
    setReason(null);
    try {
      const file = await prepared(chosen);
      setRetaking(true); // what was stored before is replaced
      setPhoto(null);
      await play.usePhoto(step.id, file);
    } catch (error) {
      setPhoto(null);
      setReason(refusalOf(error).reason);
    }
  }

  function discard() {
    void play.photos.remove(step.id);
    play.refusedPhotos.delete(step.id);
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
          {told ? <UploadProgress upload={told} /> : null}
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
        data-reason={why ?? ""}
        hidden={!why && !problem}
      >
        {why ? captureWords(why) : problem && answerWords(problem)}
      </p>
      <footer class="actions" ref={actions}>
        {photo ? (
          <button
            class="button primary"
            type="button"
            data-testid="use-photo"
            onClick={() => void send(photo)}
          >
            {showsVideo ? capture.useVideo : capture.usePhoto}
          </button>
        ) : null}
        {shown && !photo && !busy ? (
          <button class="button primary" type="submit" data-testid="next" aria-busy={play.leaving}>
            {play.isEnd ? stepWords.done : stepWords.next}
          </button>
        ) : null}
        {waits && !photo ? (
          <button
            class="button quiet"
            type="button"
            data-testid="upload-retry"
            onClick={() => void play.photos.flush()}
          >
            {page.tryAgain}
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

function UploadProgress({ upload }: { upload: PhotoState }) {
  const { capture } = words();
  return (
    <figcaption class="upload" data-testid="upload" data-state={upload.state} tabIndex={-1}>
      <span role="status">{capture[upload.state]}</span>
      {upload.state === "waiting" ? null : (
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
  // A kiosk's own files are not its visitors'.
  const choosesFiles = !isKiosk() || !hasCamera() || cameraRefused || step.config?.allowVideos;
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
      {choosesFiles ? (
        <label class="button quiet">
          <Icon name="image" />
          {step.config?.allowVideos ? capture.chooseAny : capture.choose}
          <input {...input} data-testid="file" />
        </label>
      ) : null}
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
