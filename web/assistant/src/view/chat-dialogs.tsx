import { useState } from "preact/hooks";
import type { Session } from "../model/types.ts";
import { Dialog } from "./parts/dialog.tsx";
import { useFocus } from "./parts/hooks.ts";

const MAX_TITLE = 120;

interface DialogProps {
  session: Session;
  onClose(): void;
  words(error: unknown): string;
}

interface RenameProps extends DialogProps {
  rename(title: string): Promise<Session>;
  onRenamed(session: Session): void;
}

export function RenameDialog({ session, rename, onRenamed, onClose, words }: RenameProps) {
  const [title, setTitle] = useState(session.title);
  const { run, isBusy, problem } = useRunning(words);
  const field = useFocus<HTMLInputElement>();
  const isEmpty = title.trim() === "";
  return (
    <Dialog
      title="Rename this chat"
      testId="rename-dialog"
      onClose={onClose}
      onSubmit={() => !isEmpty && run(async () => onRenamed(await rename(title.trim())))}
    >
      <label for="title">Title</label>
      <input
        ref={field}
        id="title"
        data-testid="title"
        autocomplete="off"
        required
        maxLength={MAX_TITLE}
        value={title}
        onInput={(event) => setTitle(event.currentTarget.value)}
      />
      <Problem words={problem} />
      <div class="buttons">
        <button
          type="submit"
          class="button primary"
          data-testid="rename-now"
          aria-disabled={isBusy || isEmpty}
        >
          Rename
        </button>
        <button type="button" class="button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}

interface DeleteProps extends DialogProps {
  remove(): Promise<unknown>;
  onDeleted(): void;
}

export function DeleteDialog({ session, remove, onDeleted, onClose, words }: DeleteProps) {
  const { run, isBusy, problem } = useRunning(words);
  const cancel = useFocus<HTMLButtonElement>();
  return (
    <Dialog
      title="Delete this chat?"
      testId="delete-dialog"
      onClose={onClose}
      onSubmit={() =>
        run(async () => {
          await remove();
          onDeleted();
        })
      }
    >
      <p>“{session.title}” is deleted with all its messages, for good.</p>
      <Problem words={problem} />
      <div class="buttons">
        <button
          type="submit"
          class="button danger"
          data-testid="delete-now"
          aria-disabled={isBusy}
        >
          Delete
        </button>
        <button
          ref={cancel}
          type="button"
          class="button"
          data-testid="keep"
          onClick={onClose}
        >
          Keep it
        </button>
      </div>
    </Dialog>
  );
}

function Problem({ words }: { words: string | null }) {
  return words === null ? null : (
    <p class="error" role="alert" data-testid="dialog-problem">
      {words}
    </p>
  );
}

/** One call at a time, and why the last one failed. */
function useRunning(words: (error: unknown) => string) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const run = async (action: () => Promise<void>) => {
    if (isBusy) return;
    setBusy(true);
    setProblem(null);
    try {
      await action();
    } catch (error) {
      setProblem(words(error));
      setBusy(false);
    }
  };
  return { run, isBusy, problem };
}
