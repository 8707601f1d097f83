/** The screens that follow the welcome: one file, loaded while the guest reads. */

export { EventVisit } from "./event-visit.tsx";
export { PhaseScreen } from "./phase.tsx";
export { ShareScreen } from "./share.tsx";
