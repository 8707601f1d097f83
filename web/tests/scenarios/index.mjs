import { deniedRequests } from "./denied.mjs";
import { entering } from "./entering.mjs";
import { keyboardVisit } from "./keyboard.mjs";
import {
  cancelledUpload,
  offlineAnswers,
  providerFailure,
  rejectedFiles,
  twoTabs,
} from "./obstacles.mjs";
import { screenshots } from "./screenshots.mjs";
import { reloadAndBack, wholeVisit } from "./visits.mjs";

export const SCENARIOS = {
  wholeVisit,
  reloadAndBack,
  twoTabs,
  offlineAnswers,
  deniedRequests,
  rejectedFiles,
  cancelledUpload,
  providerFailure,
  keyboardVisit,
  entering,
  screenshots,
};
