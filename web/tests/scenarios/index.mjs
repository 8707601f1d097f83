import { deniedRead } from "./denied.mjs";
import { firstLook } from "./first-look.mjs";
import { offlineMoment, providerFailure, takenBack, twoTabs, wrongFiles } from "./hindrances.mjs";
import { keyboardVisit } from "./keyboard.mjs";
import { screenshots } from "./screenshots.mjs";
import { reloadAndBack, wholeVisit } from "./visits.mjs";

export const SCENARIOS = {
  wholeVisit,
  reloadAndBack,
  twoTabs,
  offlineMoment,
  deniedRead,
  wrongFiles,
  takenBack,
  providerFailure,
  keyboardVisit,
  firstLook,
  screenshots,
};
