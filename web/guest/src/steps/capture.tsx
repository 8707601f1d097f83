/** The photo: from the camera or from a file, looked at, sent, and there. */

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { hasCamera } from "../media/camera.ts";
import { fileProblem, send, shrink, TYPES } from "../media/upload.ts";
import { refusalOf } from "../model/refusals.ts";
import type { Step } from "../model/types.ts";
import { Icon } from "../parts/icons.tsx";
import { captureWords } from "../texts.ts";
import { Camera } from "./camera.tsx";
import type { StepProps } from "./props.ts";

type Going = { state: "uploading" | "checking" | "failed"; percentage: number };

export function Capture({ visit, play, step, problem }: StepProps) {
  const [camera, setCamera] = useState(false);
  const [photo, setPhoto] = useState<Blob | null>(null);
  const [going, setGoing] = useState<Going | null>(null);
  const [reason, setReason] = useState<string | null>(null);
  const [retaking, setRetaking] = useState(false);
  const fromCamera = useRef(false);
  const aborter = useRef<AbortController | null>(null);
  const picture = useObjectUrl(photo);
  const stored = play.session.capturedMedia.find((media) => media.stepId === step.id);
  const shown = picture ?? (retaking ? null : (stored?.url ?? null));
  const busy = going !== null && going.state !== "failed";
  const actions = useFocusKept(camera ? "camera" : (going?.state ?? (shown ? "photo" : "empty")));

  useEffect(() => () => aborter.current?.abort(), []);
  useEffect(() => {
    // A photo that is being looked at or sent is not to be swept away by another tab.
    play.busy = photo !== null || camera;
  }, [photo, camera]);
  useEffect(() => {
    if (going?.state !== "failed" || !photo) return;
    const again = () => void upload(photo);
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, [going, photo]);

  function take(taken: Blob) {
    fromCamera.current = camera;
    setCamera(false);
    setGoing(null);
    const wrong = fileProblem(taken);
    setReason(wrong);
    if (wrong === null) setPhoto(taken);
  }

  async function upload(chosen: Blob) {
    if (aborter.current && !aborter.current.signal.aborted) return;
    const mine = new AbortController();
    aborter.current = mine;
    setReason(null);
    try {
      const session = await send(await shrink(chosen), {
        calls: visit.backend.calls,
        ids: { projectId: play.session.projectId, sessionId: play.session.id },
        stepId: step.id,
        onState: (state, percentage) => mine.signal.aborted || setGoing({ state, percentage }),
        signal: mine.signal,
      });
      play.take(session);
      // Cancelled after it had arrived: the guest is taking another one, which will replace it.
      if (mine.signal.aborted) return;
      mine.abort();
      play.submit(step.id, undefined);
    } catch (error) {
      if (mine.signal.aborted) return;
      mine.abort();
      const refusal = refusalOf(error);
      if (refusal.reason === "session_not_active") return play.stopped(refusal);
      const wrong = whatIsWrong(refusal.reason, refusal.issues);
      setReason(wrong);
      if (KEEPS.has(wrong)) setGoing({ state: "failed", percentage: 0 });
      else {
        setGoing(null);
        setPhoto(null);
      }
    }
  }

  function startOver() {
    aborter.current?.abort();
    setGoing(null);
    setPhoto(null);
    setReason(null);
    setRetaking(true);
    if (fromCamera.current) setCamera(true);
  }

  if (camera) {
    return (
      <Camera
        onPhoto={take}
        onClose={() => setCamera(false)}
        onProblem={(word) => {
          setCamera(false);
          setReason(word);
        }}
      />
    );
  }
  return (
    <>
      {shown ? (
        <figure class={`preview ${busy ? "busy" : ""}`}>
          <img data-testid="preview" src={shown} alt="Your photo" />
          {going ? <Uploading going={going} /> : null}
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
        {reason ? captureWords(reason) : problem}
      </p>
      <footer class="actions" ref={actions}>
        {going?.state === "failed" && photo ? (
          <button
            class="button primary"
            type="button"
            data-testid="upload-retry"
            onClick={() => void upload(photo)}
          >
            Try again
          </button>
        ) : null}
        {photo && !going ? (
          <button
            class="button primary"
            type="button"
            data-testid="use-photo"
            onClick={() => void upload(photo)}
          >
            Use this photo
          </button>
        ) : null}
        {shown && !photo && !going ? (
          <button class="button primary" type="submit" data-testid="next" aria-busy={play.leaving}>
            {play.isLast ? "Done" : "Continue"}
          </button>
        ) : null}
        {shown && !busy ? (
          <button class="button quiet" type="button" data-testid="retake" onClick={startOver}>
            Take another photo
          </button>
        ) : null}
        {busy ? (
          <button class="button quiet" type="button" data-testid="upload-cancel" onClick={startOver}>
            Cancel
          </button>
        ) : null}
        {shown ? null : <Sources step={step} onCamera={() => setCamera(true)} onFile={take} />}
      </footer>
    </>
  );
}

const KEEPS = new Set(["interrupted", "offline", "upload_missing", "unknown"]);

function whatIsWrong(reason: string, issues: { path: string }[]): string {
  const named = (field: string) => issues.some(({ path }) => path === field);
  if (reason === "invalid_request" && named("contentType")) return "wrong_type";
  if (reason === "invalid_request" && named("sizeBytes")) return "too_large";
  const words = ["upload_missing", "upload_too_large", "upload_type_mismatch", "wrong_type"];
  return [...words, "upload_too_many_pixels", "too_large"].includes(reason) ? reason : "interrupted";
}

function Uploading({ going }: { going: Going }) {
  const words = { uploading: "Sending your photo", checking: "Almost there", failed: "Not sent" };
  return (
    <figcaption class="upload" data-testid="upload" data-state={going.state} tabIndex={-1}>
      <span role="status">{words[going.state]}</span>
      {going.state === "failed" ? null : (
        <span
          class="bar"
          role="progressbar"
          aria-label="Upload"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(going.percentage)}
        >
          <span class="bar-fill" style={{ width: `${going.percentage}%` }} />
        </span>
      )}
    </figcaption>
  );
}

interface SourcesProps {
  step: Step;
  onCamera(): void;
  onFile(file: Blob): void;
}

/** Where a photo comes from. Where a page gets no camera, the phone's own app may take it. */
function Sources({ step, onCamera, onFile }: SourcesProps) {
  const takes = (
    <>
      <Icon name="camera" />
      {step.ctaLabel || "Take a photo"}
    </>
  );
  const chosen = (event: { currentTarget: HTMLInputElement }) => {
    const file = event.currentTarget.files?.[0];
    event.currentTarget.value = "";
    if (file) onFile(file);
  };
  const input = { class: "sr-only", type: "file" as const, accept: TYPES.join(","), onChange: chosen };
  return (
    <>
      {hasCamera() ? (
        <button class="button primary" type="button" data-testid="open-camera" onClick={onCamera}>
          {takes}
        </button>
      ) : (
        <label class="button primary">
          {takes}
          <input {...input} capture="user" />
        </label>
      )}
      <label class="button quiet">
        <Icon name="image" />
        Choose a photo
        <input {...input} data-testid="file" />
      </label>
    </>
  );
}

/**
 * What had the focus goes with each of these states. The focus then goes to what tells of the
 * upload or to the first of the actions, and not back to the top of the page.
 */
function useFocusKept(state: string): RefObject<HTMLElement | null> {
  const actions = useRef<HTMLElement>(null);
  const before = useRef(state);
  useEffect(() => {
    if (state === before.current) return;
    before.current = state;
    const lost = document.activeElement === null || document.activeElement === document.body;
    const place = actions.current;
    if (!lost || !place) return;
    const sends = state === "uploading" || state === "checking";
    const upload = sends ? place.parentElement?.querySelector<HTMLElement>(".upload") : null;
    (upload ?? place.querySelector<HTMLElement>("button, input"))?.focus();
  }, [state]);
  return actions;
}

function useObjectUrl(blob: Blob | null): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (blob === null) return setUrl(null);
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return url;
}
