/** The picture, its progress and its failure, and what a guest can do with it. */

import { useEffect, useState } from "preact/hooks";
import { PictureFile, waysOf } from "../media/saving.ts";
import { isKiosk } from "../model/kiosk/mode.ts";
import type { Picture } from "../model/picture.ts";
import { pictureUrl } from "../model/theme.ts";
import type { StepConfig } from "../model/types.ts";
import {
  comeBack,
  filled,
  formatted,
  jobWords,
  limitWords,
  needsNewPhoto,
  problemWords,
  words,
} from "../model/words.ts";
import { Heading } from "./frame.tsx";
import { Icon } from "./icons.tsx";
import { Qr } from "./qr.tsx";
import { type FollowedPicture, hasFailed, isInProgress } from "./use-picture.ts";

/** The progress of the picture, or what went wrong: then that is the heading of the screen. */
export function JobCard({ followed }: { followed: FollowedPicture }) {
  const { picture, busy, retry, cancel } = followed;
  const { status, percentage, reason, retryAfterSeconds } = picture;
  if (status === "none") return <span data-testid="job" data-status="none" hidden />;
  const done = status === "completed";
  const wordsOf = status === "limited" ? limitWords : jobWords;
  const failure = hasFailed(picture) ? wordsOf(reason, retryAfterSeconds) : null;
  const { picture: pictureWords } = words();
  return (
    <section class={`job ${done ? "sr-only" : ""}`} data-testid="job" data-status={status}>
      {status === "waiting" || status === "pending" || status === "running" ? (
        <>
          <p class="job-words" role="status">
            {pictureWords[status]}
          </p>
          <span
            class={`bar ${percentage === 0 ? "waiting" : ""}`}
            role="progressbar"
            aria-label={pictureWords.label}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={percentage}
            aria-valuetext={formatted(percentage / 100, { style: "percent" })}
          >
            <span class="bar-fill" style={{ width: `${Math.max(6, percentage)}%` }} />
          </span>
          {status === "waiting" || cancel === null ? null : (
            <button
              class="link"
              type="button"
              data-testid="cancel"
              disabled={busy}
              onClick={cancel}
            >
              {pictureWords.cancel}
            </button>
          )}
        </>
      ) : null}
      {done ? <p role="status">{pictureWords.ready}</p> : null}
      {failure ? (
        <div role="alert">
          <Heading of={`${status}:${reason}`}>{failure.title}</Heading>
          <p class="lead">{failure.text}</p>
        </div>
      ) : null}
      {failure && !needsNewPhoto(reason) ? (
        <button
          class="button primary retry"
          type="button"
          data-testid="retry"
          aria-busy={busy}
          disabled={busy}
          onClick={retry}
        >
          <Icon name="again" />
          {status === "cancelled" ? pictureWords.makeAfterAll : pictureWords.tryOnceMore}
        </button>
      ) : null}
      {reason === "offline" ? <p class="error">{problemWords("offline").text}</p> : null}
      {retryAfterSeconds && status !== "limited" ? <p>{comeBack(retryAfterSeconds)}</p> : null}
    </section>
  );
}

/** The frame of the picture: a shimmer first, then the picture, from blurred to sharp. */
export function Reveal({ picture, name }: { picture: Picture; name: string }) {
  const [loaded, setLoaded] = useState<{ width: number; height: number } | null>(null);
  const url = pictureUrl(picture.url);
  const thumbnail = pictureUrl(picture.thumbnailUrl);
  // An event's session does not say how large its picture is.
  const { width = 4, height = 5 } = picture.size ?? loaded ?? {};
  const developing = isInProgress(picture);
  if (!developing && url === null) return null;
  return (
    <figure
      class={`reveal ${loaded ? "loaded" : ""} ${developing ? "developing" : ""}`}
      style={{ "--ratio": String(width / height) }}
    >
      {developing ? <Icon name="spark" /> : null}
      {thumbnail ? <img class="reveal-thumb" src={thumbnail} alt="" /> : null}
      {url ? (
        <img
          class="reveal-picture"
          data-testid="picture"
          src={url}
          alt={filled(words().picture.alt, { name })}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            setLoaded({ width: naturalWidth, height: naturalHeight })
          }
        />
      ) : null}
    </figure>
  );
}

interface PictureActionsProps {
  url: string;
  /** What is handed on instead of the picture's own address; null while that is not known. */
  address: string | null;
  name: string;
  config: StepConfig;
  withQr: boolean;
}

const SOCIALS: Record<string, { name: string; address?: (url: string, text: string) => string }> = {
  instagram: { name: "Instagram" },
  tiktok: { name: "TikTok" },
  facebook: {
    name: "Facebook",
    address: (url) => `https://www.facebook.com/sharer/sharer.php?u=${url}`,
  },
  twitter: {
    name: "X",
    address: (url, text) => `https://twitter.com/intent/tweet?url=${url}&text=${text}`,
  },
  linkedin: {
    name: "LinkedIn",
    address: (url) => `https://www.linkedin.com/sharing/share-offsite/?url=${url}`,
  },
  whatsapp: { name: "WhatsApp", address: (url, text) => `https://wa.me/?text=${text}%20${url}` },
};

interface Notice {
  says: "saved" | "opened" | "notFetched" | "linkCopied" | "notCopied";
  /** Where the guest wants to post the picture that they have saved. */
  network?: string;
}

/** What a guest can do with the picture. A kiosk keeps no copy: its visitors take theirs by their phones. */
export function PictureActions(props: PictureActionsProps) {
  if (!isKiosk()) return <OwnPhoneActions {...props} />;
  const { address, config } = props;
  return address !== null && (config.allowDownload ?? true) ? <Qr url={address} /> : null;
}

/** Buttons to save, share and scan the picture, as far as the reward step allows. */
function OwnPhoneActions({ url, address, name, config, withQr }: PictureActionsProps) {
  const [notice, setNotice] = useState<Notice | null>(null);
  const { keeping } = words();
  const [picture, setPicture] = useState<PictureFile | null>(null);
  const [ready, setReady] = useState(false);
  const shared = address ?? url;
  const {
    allowDownload = true,
    allowSystemShare = true,
    allowEmail = false,
    socials = [],
  } = config;
  const canShare = allowSystemShare && typeof navigator.share === "function";
  const text = filled(keeping.message, { name });

  useEffect(() => {
    if (!notice) return;
    const timer = setTimeout(() => setNotice(null), 6000);
    return () => clearTimeout(timer);
  }, [notice]);

  useEffect(() => {
    let current = true;
    const fetching = new PictureFile(url, name);
    setPicture(fetching);
    setReady(false);
    void fetching.fetched.then(() => current && setReady(true));
    return () => {
      current = false;
    };
  }, [url, name]);

  async function save(network?: string) {
    const says = await picture?.save(waysOf(navigator.userAgent));
    if (says) setNotice({ says, ...(says === "saved" && network ? { network } : {}) });
  }

  async function share() {
    const file = picture?.file;
    const withFile = file ? { files: [file], title: name } : null;
    try {
      await navigator.share(
        withFile && navigator.canShare?.(withFile) ? withFile : { title: name, url: shared },
      );
    } catch (error) {
      if (error instanceof Error && error.name === "AbortError") return;
      await copy();
    }
  }

  async function copy() {
    try {
      await navigator.clipboard.writeText(shared);
      setNotice({ says: "linkCopied" });
    } catch {
      setNotice({ says: "notCopied" });
    }
  }

  return (
    <section class="picture-actions" aria-label={keeping.label}>
      <div class="main-actions">
        {canShare ? (
          <button
            class="button primary"
            type="button"
            data-testid="share"
            onClick={() => void share()}
          >
            <Icon name="share" />
            {keeping.share}
          </button>
        ) : null}
        {allowDownload ? (
          <button
            class={`button ${canShare ? "soft" : "primary"}`}
            type="button"
            data-testid="download"
            data-ready={ready}
            onClick={() => void save()}
          >
            <Icon name="download" />
            {keeping.save}
          </button>
        ) : null}
      </div>
      <div class="more-actions">
        {allowSystemShare ? (
          <button class="pill" type="button" data-testid="copy-link" onClick={() => void copy()}>
            <Icon name="link" />
            {keeping.copyLink}
          </button>
        ) : null}
        {allowEmail ? (
          <a
            class="pill"
            href={`mailto:?subject=${encodeURIComponent(text)}&body=${encodeURIComponent(shared)}`}
          >
            <Icon name="mail" />
            {keeping.email}
          </a>
        ) : null}
        {socials.map((id) => {
          const social = SOCIALS[id];
          if (!social) return null;
          const [to, message] = [encodeURIComponent(shared), encodeURIComponent(text)];
          return social.address ? (
            <a
              key={id}
              class="pill"
              href={social.address(to, message)}
              target="_blank"
              rel="noopener"
            >
              {social.name}
            </a>
          ) : (
            <button
              key={id}
              class="pill"
              type="button"
              onClick={() => void save(social.name)}
            >
              {social.name}
            </button>
          );
        })}
      </div>
      <p class="notice-line" role="status">
        {notice && keeping[notice.says]}
        {notice?.network ? ` ${filled(keeping.postIt, { network: notice.network })}` : null}
      </p>
      {withQr && allowDownload && address !== null ? <Qr url={address} /> : null}
    </section>
  );
}
