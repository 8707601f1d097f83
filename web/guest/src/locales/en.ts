/**
 * The page's words in English, which defines the keys of all languages.
 *
 * A value in braces is filled in. A text that says a count is an object of plural forms, by the
 * categories of `Intl.PluralRules`.
 */

type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** The same keys with any texts. */
type WithAnyTexts<T> = T extends { other: string }
  ? Forms
  : { [Key in keyof T]: T[Key] extends string ? string : WithAnyTexts<T[Key]> };

export type Direction = "ltr" | "rtl";
export type Words = WithAnyTexts<Omit<typeof en, "direction">> & { direction: Direction };

const en = {
  direction: "ltr",
  page: {
    title: "Welcome",
    loading: "Loading …",
    language: "Language",
    loadAgain: "Load again",
    tryAgain: "Try again",
    nextTryIn: "Next attempt in {time}.",
    retrying: "Trying again …",
    startAgain: "Start again",
  },
  problems: {
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
    newer_step: {
      title: "There is something new here",
      text: "This page is older than one of its steps. Load it again to see all of them.",
    },
    steps_unknown: {
      title: "This page is too old",
      text: "A step that needs an answer is newer than it. Please load it again, or ask at the venue.",
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
      text: "Please switch to mobile data: that helps at once. Or wait here, and your visit goes on by itself.",
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
    unknown: {
      title: "Something went wrong",
      text: "That was not your fault. Please try again.",
    },
  },
  welcome: {
    eyebrow: "Welcome to",
    choose: "Choose your experience",
    ready: "Ready?",
    nothing: "Nothing on",
    nothingText: "There is nothing to try right now. Please come back later.",
    begin: "Begin",
  },
  consent: {
    agree: "I agree",
    agreeWithAge: {
      one: "I agree, and I am at least {count} year old",
      other: "I agree, and I am at least {count} years old",
    },
    chooseAfter: "Please agree first, then choose.",
    beginAfter: "Please agree first, then begin.",
  },
  inApp: {
    label: "Your browser",
    text: "This page is open inside {app}, where the camera and saving may not work. Your phone's own browser is better: open it here, or in the menu of the app.",
    anotherApp: "another app",
    open: "Open the browser",
    copy: "Copy the address",
    copied: "The address is copied",
  },
  step: {
    steps: "Steps",
    position: "Step {index} of {count}",
    previous: "Previous step",
    next: "Continue",
    skip: "Skip",
    done: "Done",
    oneMoment: "One moment …",
    waitingForNetwork: "Waiting for the network …",
    madeWithNetwork: "Your picture is made once the network is back",
    goOnWithout: "Go on without it",
    enterKey: "Enter",
    controlKey: "Ctrl",
  },
  saving: {
    saved: "Saved",
    saving: "Saving …",
    offline: "Offline – we keep your answers",
    offlineShort: "Offline",
    photo: "Your photo waits for the network",
    photoShort: "Photo waits",
  },
  stepTitles: {
    capture: "Take a photo",
    processing: "Your picture is being made",
    reward: "Here you are",
    "experience-picker": "Choose your picture",
    info: "Welcome",
    question: "A question",
  },
  questions: {
    answer: "Your answer",
    email: "name@example.com",
    yes: "Yes",
    no: "No",
    chooseMany: "Choose as many as you like.",
    left: { one: "{count} left", other: "{count} left" },
    tooMany: { one: "{count} too many", other: "{count} too many" },
  },
  answerProblems: {
    choose: "Please choose an answer.",
    fill: "Please fill this in.",
    tooLong: {
      one: "Please use at most {count} character.",
      other: "Please use at most {count} characters.",
    },
    email: "Please write an address like name@example.com.",
    needed: "This still needs an answer.",
    rejected: "This answer does not fit here. Please change it.",
  },
  camera: {
    label: "Camera",
    view: "What the camera sees",
    close: "Close the camera",
    shoot: "Take the photo",
    flip: "Use the other camera",
  },
  capture: {
    yourPhoto: "Your photo",
    yourVideo: "Your video",
    take: "Take a photo",
    choose: "Choose a photo",
    chooseAny: "Choose a photo or video",
    cameraAgain: "Try the camera again",
    usePhoto: "Use this photo",
    useVideo: "Use this video",
    retakePhoto: "Take another photo",
    retakeVideo: "Take another one",
    cancel: "Cancel",
    upload: "Upload",
    uploading: "Sending your photo",
    checking: "Almost there",
    waiting: "Waits for the network",
  },
  captureProblems: {
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
    too_large: "This photo is too large. Please choose one of at most {size}.",
    video_too_large: "This video is too large. Please choose one of at most {size}.",
    upload_type_mismatch:
      "This file is not the picture that it claims to be. Please take another one.",
    upload_damaged: "This photo is damaged or incomplete. Please take or choose another one.",
    upload_too_many_pixels:
      "This photo has more than {megapixels} megapixels. Please choose a smaller one.",
    upload_too_large: "This photo is too large. Please choose one of at most {size}.",
    rate_limited: "You have sent a lot in this hour. Please take a short break, then try again.",
    upload_missing: "The photo did not arrive. Please try again.",
    interrupted: "The upload was interrupted. Your photo is kept and goes out by itself.",
    offline: "There is no network. Your photo is kept and goes out by itself.",
    session_not_active: "This visit has ended meanwhile.",
    unknown: "The photo could not be sent. Please try again.",
  },
  picture: {
    label: "Your picture",
    alt: "Your picture from {name}",
    waiting: "Getting ready …",
    pending: "In the queue …",
    running: "Making your picture …",
    ready: "Your picture is ready.",
    cancel: "Cancel",
    makeAfterAll: "Make it after all",
    tryOnceMore: "Try once more",
  },
  pictureProblems: {
    SAFETY_FILTERED: {
      title: "Let's take another photo",
      text: "This one could not be turned into a picture that we may show.",
    },
    INVALID_INPUT: {
      title: "This photo did not work",
      text: "We could not read it. A new photo will do.",
    },
    TIMEOUT: { title: "That took too long", text: "We stopped waiting. Please try once more." },
    PHOTO_LOST: { title: "Let's take another photo", text: "Your photo is no longer there." },
    CANCELLED: { title: "Cancelled", text: "No picture was made. You can still have one." },
    unknown: {
      title: "Your picture did not work out",
      text: "Something went wrong while we made it. Please try once more.",
    },
  },
  limits: {
    hour: { title: "A short break", text: "You have made many pictures." },
    day: { title: "That's all for today", text: "There are no more pictures for you today." },
  },
  comeBack: {
    tomorrow: "Please come back tomorrow.",
    soon: "Try again in a minute.",
    minutes: {
      one: "Try again in about {count} minute.",
      other: "Try again in about {count} minutes.",
    },
    hours: {
      one: "Try again in about {count} hour.",
      other: "Try again in about {count} hours.",
    },
  },
  result: {
    ready: "Here you are!",
    inProgress: "Your picture is on its way",
    none: "Thank you!",
    takeAlong: "Take your picture from {name} along.",
    appearsHere: "It appears here by itself. You can stay on this page.",
    another: "Make another one",
    newPhoto: "Take a new photo",
  },
  keeping: {
    label: "Take your picture along",
    share: "Share",
    save: "Save",
    copyLink: "Copy link",
    email: "Email",
    message: "My picture from {name}",
    postIt: "Now post it on {network}.",
    saved: "Saved.",
    opened: "The picture is open on its own. Hold it, or use the menu, to save it.",
    notFetched: "The picture did not arrive. Tap once more to open it.",
    linkCopied: "The link is copied.",
    notCopied: "Your browser does not let us copy. Save the picture instead.",
    code: "A code that opens your picture on another phone",
    onAnotherPhone: "On another phone?",
    scan: "Scan the code to open your picture there.",
  },
  kiosk: {
    question: "Are you still there?",
    forgotten: "Otherwise this visit ends, and this device forgets it.",
    seconds: { one: "{count} second left", other: "{count} seconds left" },
    stay: "I am still here",
    done: "I am done",
    leaving: "One moment, for the next guest …",
    alongTitle: "Take it with you",
    along: "Scan the code with your phone. Nothing of you stays on this device.",
  },
  erasing: {
    button: "Delete my picture and visit",
    buttonWithoutPicture: "Delete my visit",
    question: "Delete your photos, pictures and answers from this event, for good?",
    consequence: "Nothing of it can be brought back.",
    keep: "Keep everything",
    erase: "Delete for good",
  },
} as const;

const words: Words = en;
export default words;
