import { deniedRead } from "./denied.mjs";
import { providerFailure, twoTabs, offlineMoment, wrongFiles } from "./hindrances.mjs";
import { keyboardVisit } from "./keyboard.mjs";
import { reloadAndBack, wholeVisit } from "./visits.mjs";

export const SCENARIOS = {
  wholeVisit,
  reloadAndBack,
  twoTabs,
  offlineMoment,
  deniedRead,
  wrongFiles,
  providerFailure,
  keyboardVisit,
};
