import { attestedVisit, unattestedVisit, visitWithAppCheck } from "./app-check.mjs";
import {
  assistantAnswers,
  assistantConfirms,
  assistantDenies,
  assistantFails,
  assistantMeetsGuest,
  assistantPages,
  assistantRenders,
  assistantStopsEarly,
  assistantStreams,
} from "./assistant.mjs";
import {
  assistantByKeyboard,
  assistantCounts,
  assistantOnScreens,
  assistantScreenshots,
} from "./assistant-looks.mjs";
import {
  campaignBuilt,
  campaignDemo,
  campaignLayouts,
  campaignScreenshots,
} from "./campaign-demos.mjs";
import {
  campaignByTicket,
  campaignChanged,
  campaignFramed,
  campaignPlayed,
  campaignRefusals,
  campaignSoldOut,
  campaignTerms,
  campaignTwice,
} from "./campaign-pages.mjs";
import { deniedRequests } from "./denied.mjs";
import { entering } from "./entering.mjs";
import { everyEventScreen, everyScreen } from "./every-screen.mjs";
import { firstScreen } from "./first-screen.mjs";
import {
  anotherPhoto,
  erasedJourney,
  journeyAgain,
  journeyError,
  photoAlone,
  wholeJourney,
} from "./journeys.mjs";
import {
  kioskEvent,
  kioskHeld,
  kioskLateTab,
  kioskRestart,
  kioskStranded,
  kioskTabs,
  kioskVisit,
} from "./kiosk.mjs";
import { entranceInSight, errorsInSight, photoButtons } from "./in-sight.mjs";
import { keyboardJourney, keyboardVisit } from "./keyboard.mjs";
import { languageChosen, languageOffered } from "./languages.mjs";
import { mailAlone, mailsPage } from "./mails.mjs";
import { nextScreensGone, nextScreensOffline } from "./missing-files.mjs";
import {
  cancelledUpload,
  offlineAnswers,
  providerFailure,
  rejectedFiles,
  twoTabs,
} from "./obstacles.mjs";
import { newBuild, offlineJourney, offlineVisit } from "./offline.mjs";
import { trackedOffline } from "./outbox.mjs";
import { finishedFromWelcome, journeyPhotoLater, photoAcrossReloads } from "./photos.mjs";
import { journeyScreenshots, languageScreenshots, screenshots } from "./screenshots.mjs";
import {
  arabicEvent,
  namedFiles,
  oddFiles,
  oddFilesInEvent,
  sharedEventPicture,
  sharedPicture,
} from "./shares.mjs";
import { refusedPlayer, refusedSignUps } from "./sign-ups.mjs";
import { streamed } from "./streaming.mjs";
import { screenTitles } from "./titles.mjs";
import { requiredUnknownStep, unknownJourneySteps, unknownSteps } from "./unknown-steps.mjs";
import { reloadAndBack, visitOverHttps, wholeVisit } from "./visits.mjs";

export const SCENARIOS = {
  wholeVisit,
  visitOverHttps,
  visitWithAppCheck,
  attestedVisit,
  unattestedVisit,
  refusedSignUps,
  refusedPlayer,
  reloadAndBack,
  twoTabs,
  offlineAnswers,
  deniedRequests,
  rejectedFiles,
  cancelledUpload,
  providerFailure,
  wholeJourney,
  anotherPhoto,
  erasedJourney,
  journeyAgain,
  journeyError,
  photoAlone,
  newBuild,
  offlineJourney,
  offlineVisit,
  photoAcrossReloads,
  journeyPhotoLater,
  kioskEvent,
  kioskHeld,
  kioskLateTab,
  kioskRestart,
  kioskStranded,
  kioskTabs,
  kioskVisit,
  keyboardVisit,
  keyboardJourney,
  entering,
  everyEventScreen,
  everyScreen,
  entranceInSight,
  errorsInSight,
  photoButtons,
  screenTitles,
  requiredUnknownStep,
  unknownJourneySteps,
  unknownSteps,
  finishedFromWelcome,
  firstScreen,
  languageChosen,
  languageOffered,
  mailAlone,
  mailsPage,
  nextScreensGone,
  nextScreensOffline,
  sharedPicture,
  sharedEventPicture,
  oddFiles,
  oddFilesInEvent,
  arabicEvent,
  namedFiles,
  screenshots,
  journeyScreenshots,
  languageScreenshots,
  trackedOffline,
  streamed,
  assistantAnswers,
  assistantByKeyboard,
  assistantConfirms,
  assistantCounts,
  assistantDenies,
  assistantFails,
  assistantMeetsGuest,
  assistantOnScreens,
  assistantPages,
  assistantRenders,
  assistantScreenshots,
  assistantStopsEarly,
  assistantStreams,
  campaignBuilt,
  campaignDemo,
  campaignLayouts,
  campaignScreenshots,
  campaignPlayed,
  campaignTwice,
  campaignTerms,
  campaignByTicket,
  campaignChanged,
  campaignRefusals,
  campaignSoldOut,
  campaignFramed,
};
