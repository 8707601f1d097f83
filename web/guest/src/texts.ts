/** The page's texts, in one language and in one place. */

export interface Words {
  title: string;
  text: string;
}

const PROBLEMS: Record<string, Words> = {
  none: {
    title: "Scan the code again",
    text: "This address belongs to no event. The code at the venue leads to the right one.",
  },
  project_not_found: {
    title: "Nothing here",
    text: "There is no event at this address. Please scan the code again.",
  },
  project_not_live: {
    title: "Not open right now",
    text: "This event has not begun yet, or it is over.",
  },
  event_not_found: {
    title: "Not open right now",
    text: "There is no event at this address, or it is not open for guests.",
  },
  event_not_live: {
    title: "Not open right now",
    text: "This event has not begun yet, or it is over.",
  },
  offline: {
    title: "No connection",
    text: "We could not reach the event. Everything goes on as soon as you are back online.",
  },
  not_loaded: {
    title: "Please load this page again",
    text: "A part of it has not arrived. Your answers are kept.",
  },
  not_configured: {
    title: "Not set up yet",
    text: "This page does not know its project: /__/firebase/init.json has no configuration.",
  },
  unauthenticated: {
    title: "Not signed in",
    text: "Your browser did not let us sign you in. Allow storage for this page and try again.",
  },
  app_check_required: {
    title: "Not allowed from here",
    text: "Please open this page in your phone's own browser, and not inside another app.",
  },
  experience_unavailable: {
    title: "Not available any more",
    text: "This experience has been taken down. Please choose another one.",
  },
  rate_limited: {
    title: "That was a lot",
    text: "You have started very often. Please take a short break.",
  },
  "auth/too-many-requests": {
    title: "Too many guests on this Wi-Fi",
    text: "Please switch to mobile data and try again, or wait a little.",
  },
  abandoned: {
    title: "This visit was ended",
    text: "It was left alone for too long, or started over somewhere else. You can begin again.",
  },
  error: {
    title: "This visit came to an end",
    text: "Something went wrong on the way. You can begin again.",
  },
  session_not_found: {
    title: "This is someone else's visit",
    text: "The link was opened on another phone. You can begin your own visit.",
  },
  steps_incomplete: {
    title: "Something is missing",
    text: "Not all questions could be answered. You can begin again.",
  },
};

export const CONSENT_MISSING = "Please agree first, then choose.";

/** The button that leads from an event's consent to its journey. */
export const BEGIN = "Begin";
export const AGREE_FIRST = "Please agree first, then begin.";

const UNKNOWN: Words = {
  title: "Something went wrong",
  text: "That was not your fault. Please try again.",
};

export function problemWords(reason: string): Words {
  return PROBLEMS[reason] ?? UNKNOWN;
}

const CAPTURE: Record<string, string> = {
  camera_denied:
    "We may not use the camera. Allow it in your browser's settings, or choose a photo instead.",
  camera_missing: "We found no camera here. Choose a photo instead.",
  camera_busy: "Another app is using the camera. Close it and try again, or choose a photo.",
  wrong_type: "This is no photo that we can use. Please choose a JPEG, PNG, WebP or AVIF picture.",
  wrong_video: "We cannot use this kind of video. Please choose an MP4, a MOV or a WebM.",
  video_not_asked: "This is a video. Please take or choose a photo here.",
  empty_file: "This file is empty. Please choose another one.",
  unreadable_file:
    "Your phone did not hand this file over. Download it to your phone first, or choose another one.",
  unsupported_media:
    "This browser cannot read the photo. Take one here with the camera, or choose a JPEG.",
  too_large: "This photo is too large. Please choose one of at most 20 MB.",
  video_too_large: "This video is too large. Please choose one of at most 200 MB.",
  upload_type_mismatch:
    "This file is not the picture that it claims to be. Please take another one.",
  upload_damaged: "This photo is damaged or incomplete. Please take or choose another one.",
  upload_too_many_pixels: "This photo has more than 50 megapixels. Please choose a smaller one.",
  upload_too_large: "This photo is too large. Please choose one of at most 20 MB.",
  rate_limited: "You have sent a lot in this hour. Please take a short break, then try again.",
  upload_missing: "The photo did not arrive. Please try again.",
  interrupted: "The upload was interrupted. Your photo is still here.",
  session_not_active: "This visit has ended meanwhile.",
};

export function captureWords(reason: string): string {
  return CAPTURE[reason] ?? "The photo could not be sent. Please try again.";
}

const JOB: Record<string, Words> = {
  SAFETY_FILTERED: {
    title: "Let's take another photo",
    text: "This one could not be turned into a picture that we may show.",
  },
  INVALID_INPUT: {
    title: "This photo did not work",
    text: "We could not read it. A new photo will do.",
  },
  TIMEOUT: { title: "That took too long", text: "We stopped waiting. Please try once more." },
  PHOTO_LOST: {
    title: "Let's take another photo",
    text: "Your photo is no longer there.",
  },
  CANCELLED: { title: "Cancelled", text: "No picture was made. You can still have one." },
};

/** Whether only another photo helps, because the same one would fail again. */
export function needsNewPhoto(reason: string | null): boolean {
  return ["SAFETY_FILTERED", "INVALID_INPUT", "PHOTO_LOST"].includes(reason ?? "");
}

export function jobWords(reason: string | null): Words {
  return (
    JOB[reason ?? ""] ?? {
      title: "Your picture did not work out",
      text: "Something went wrong while we made it. Please try once more.",
    }
  );
}

export function limitWords(reason: string | null, seconds: number | null): Words {
  if (reason === "rate_limited") {
    return { title: "A short break", text: `You have made many pictures. ${comeBack(seconds)}` };
  }
  return {
    title: "That's all for today",
    text: `There are no more pictures for you today. ${comeBack(seconds)}`,
  };
}

/** “Try again in about 20 minutes.” */
export function comeBack(seconds: number | null): string {
  if (seconds === null) return "Please come back tomorrow.";
  const minutes = Math.ceil(seconds / 60);
  if (minutes <= 1) return "Try again in a minute.";
  if (minutes < 90) return `Try again in about ${minutes} minutes.`;
  return `Try again in about ${Math.round(minutes / 60)} hours.`;
}

export const ERASE = {
  button: "Delete my picture and visit",
  question: "Delete your photos, pictures and answers from this event, for good?",
};

export const STAGES: Record<string, string> = {
  waiting: "Getting ready",
  pending: "In the queue",
  running: "Making your picture",
};
