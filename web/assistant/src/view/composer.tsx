/** Where the user writes. Enter sends, Shift and Enter begin a new line. */

import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { charactersOf, MAX_CHARACTERS } from "../model/conversation.ts";
import { Icon } from "./parts/icons.tsx";

/** From here on a counter shows what is left. */
const COUNTER_FROM = 7000;

interface ComposerProps {
  field: RefObject<HTMLTextAreaElement | null>;
  text: string;
  canSend: boolean;
  isWriting: boolean;
  isStopping: boolean;
  onChange(text: string): void;
  onSend(): void;
  onStop(): void;
}

export function Composer(props: ComposerProps) {
  const { field, text, canSend, isWriting, isStopping, onChange, onSend, onStop } = props;
  const length = charactersOf(text);
  const tooLong = length > MAX_CHARACTERS;
  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  }, [text]);
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        if (canSend) onSend();
      }}
    >
      <label class="sr-only" for="message">
        Message to the assistant
      </label>
      <div class="composer-box">
        <textarea
          ref={field}
          id="message"
          data-testid="message"
          rows={1}
          placeholder="Ask about your campaigns, runs and guests"
          value={text}
          aria-describedby="message-hint"
          aria-invalid={tooLong}
          enterkeyhint="send"
          onInput={(event) => onChange(event.currentTarget.value)}
          onKeyDown={(event) => {
            // Enter that ends a composition, as in Japanese, belongs to it.
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            if (canSend) onSend();
          }}
        />
        {isWriting ? (
          <button
            type="button"
            class="button round"
            data-testid="stop"
            aria-label={isStopping ? "Stop again" : "Stop"}
            onClick={onStop}
          >
            <Icon name="stop" />
          </button>
        ) : (
          <button
            type="submit"
            class="button round primary"
            data-testid="send"
            aria-label="Send"
            aria-disabled={!canSend}
          >
            <Icon name="send" />
          </button>
        )}
      </div>
      <p id="message-hint" class="hint">
        {length >= COUNTER_FROM ? (
          <span class={tooLong ? "error" : ""} data-testid="counter">
            {length.toLocaleString()} of {MAX_CHARACTERS.toLocaleString()} characters
            {tooLong ? ". Shorten it to send it." : ""}
          </span>
        ) : (
          <span class="hint-keys">Enter sends, Shift+Enter starts a new line.</span>
        )}
      </p>
    </form>
  );
}
