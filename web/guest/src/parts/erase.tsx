/** A guest's way to have all of their visit erased. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Backend } from "../model/backend.ts";
import { endVisit, isKiosk } from "../model/kiosk/mode.ts";
import { photoStore } from "../model/photos/photo-store.ts";
import { type Refusal, refusalOf } from "../model/refusals.ts";
import { forget } from "../model/storage.ts";
import { problemWords, words } from "../model/words.ts";
import "../styles/question.css";
import { isMeant } from "./question.ts";

interface Props {
  backend: Backend;
  /** The project or the event of the visit. */
  of: { projectId: string } | { eventId: string };
  /** Whether the visit has a picture, which goes with it. */
  withPicture: boolean;
  /** Where a new visit begins. */
  entrance: string;
}

/** Everything of the guest there goes, after they have been asked whether they mean it. */
export function EraseVisit({ backend, of, withPicture, entrance }: Props) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Refusal | null>(null);

  const leaving = useRef(new AbortController());
  useEffect(() => () => leaving.current.abort(), []);

  async function erase(button: HTMLElement) {
    if (busy || !(await isMeant(button, leaving.current.signal))) return;
    setBusy(true);
    setProblem(null);
    try {
      await backend.calls.eraseGuest(of);
      if (isKiosk()) return endVisit();
      forget();
      await photoStore().clear();
      location.replace(entrance);
    } catch (error) {
      setProblem(refusalOf(error));
      setBusy(false);
    }
  }

  return (
    <>
      <button
        class="link"
        type="button"
        data-testid="erase"
        aria-busy={busy}
        onClick={(event) => void erase(event.currentTarget)}
      >
        {withPicture ? words().erasing.button : words().erasing.buttonWithoutPicture}
      </button>
      <p class="error" role="alert" hidden={!problem}>
        {problem && problemWords(problem.reason).text}
      </p>
    </>
  );
}
