/** A guest's way to have all of their visit erased. */

import { useState } from "preact/hooks";
import type { Backend } from "../model/backend.ts";
import { refusalOf } from "../model/refusals.ts";
import { forget } from "../model/storage.ts";
import { ERASE, problemWords } from "../texts.ts";

interface Props {
  backend: Backend;
  /** The project or the event of the visit. */
  of: { projectId: string } | { eventId: string };
  /** Where a new visit begins. */
  entrance: string;
}

/** Everything of the guest there goes, after they have been asked whether they mean it. */
export function EraseVisit({ backend, of, entrance }: Props) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function erase() {
    if (busy || !confirm(ERASE.question)) return;
    setBusy(true);
    setProblem(null);
    try {
      await backend.calls.eraseGuest(of);
      forget();
      location.replace(entrance);
    } catch (error) {
      setProblem(problemWords(refusalOf(error).reason).text);
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
        onClick={() => void erase()}
      >
        {ERASE.button}
      </button>
      <p class="error" role="alert" hidden={!problem}>
        {problem}
      </p>
    </>
  );
}
