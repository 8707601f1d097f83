/** The camera's live picture, and a shutter with a countdown. */

import { useEffect, useRef, useState } from "preact/hooks";
import { closeCamera, type Facing, openCamera, takePhoto } from "../media/camera.ts";
import type { CameraSettings } from "../model/types.ts";
import { formatted, words } from "../model/words.ts";
import { Icon } from "../parts/icons.tsx";

const COUNT_FROM = 3;

interface Props {
  settings: CameraSettings | null;
  onPhoto(photo: Blob): void;
  onClose(): void;
  onProblem(reason: string): void;
}

export function Camera({ settings, onPhoto, onClose, onProblem }: Props) {
  const [facing, setFacing] = useState<Facing>(settings?.facing ?? "user");
  const countFrom = settings?.countdownSeconds ?? COUNT_FROM;
  const [ready, setReady] = useState(false);
  const [count, setCount] = useState<number | null>(null);
  const { camera } = words();
  const dialog = useRef<HTMLDialogElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const shutter = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    let stream: MediaStream | null = null;
    let current = true;
    setReady(false);
    openCamera(facing).then(
      (opened) => {
        if (!current) return closeCamera(opened);
        stream = opened;
        if (video.current) video.current.srcObject = opened;
      },
      (error: Error) => current && onProblem(error.message),
    );
    return () => {
      current = false;
      closeCamera(stream);
    };
  }, [facing]);

  useEffect(() => {
    if (ready) shutter.current?.focus({ preventScroll: true });
  }, [ready]);

  useEffect(() => {
    if (count === null) return;
    const timer = setTimeout(() => (count > 1 ? setCount(count - 1) : void shoot()), 1000);
    return () => clearTimeout(timer);
  }, [count]);

  // A modal dialog covers the page and keeps the focus.
  useEffect(() => dialog.current?.showModal(), []);

  async function shoot() {
    setCount(null);
    if (!video.current?.videoWidth) return;
    try {
      onPhoto(await takePhoto(video.current));
    } catch {
      onProblem("camera_busy");
    }
  }

  return (
    <dialog
      ref={dialog}
      class="camera"
      data-testid="camera"
      data-facing={facing}
      data-ready={ready}
      aria-label={camera.label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <video
        ref={video}
        class={facing === "user" ? "mirrored" : ""}
        autoPlay
        muted
        playsInline
        aria-label={camera.view}
        onPlaying={() => setReady(true)}
      />
      <div class="camera-frame" aria-hidden="true" />
      <p class="countdown" aria-live="assertive">
        {count === null ? "" : <span key={count}>{formatted(count)}</span>}
      </p>
      <div class="camera-bar">
        <button
          class="round"
          type="button"
          data-testid="close-camera"
          aria-label={camera.close}
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
        <button
          ref={shutter}
          class="shutter"
          type="button"
          data-testid="shutter"
          aria-label={camera.shoot}
          disabled={!ready || count !== null}
          onClick={() => (countFrom > 0 ? setCount(countFrom) : void shoot())}
        >
          <span />
        </button>
        <button
          class="round"
          type="button"
          data-testid="flip"
          aria-label={camera.flip}
          disabled={count !== null}
          onClick={() => setFacing(facing === "user" ? "environment" : "user")}
        >
          <Icon name="flip" />
        </button>
      </div>
    </dialog>
  );
}
