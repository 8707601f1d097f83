/** The messages of a chat. Only complete ones are announced. */

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { plainOf } from "../model/blocks.ts";
import { type Entry, entriesOf, type State } from "../model/conversation.ts";
import { timeOf } from "../model/times.ts";
import type { Message } from "../model/types.ts";
import { canRetry, messageErrorWords, problemWords } from "../model/words.ts";
import { Formatted } from "./parts/formatted.tsx";
import { Icon } from "./parts/icons.tsx";

/** Who reads at the end of a chat follows it. */
const AT_END_PX = 80;

interface MessagesProps {
  state: State;
  /** What a message carries besides its text. */
  renderProposal(message: Message): ComponentChildren;
  onEarlier(): void;
  onRetry(): void;
  onDiscard(): void;
  onAskAgain(content: string): void;
  /** Of a new chat. */
  children: ComponentChildren;
}

export function Messages(props: MessagesProps) {
  const { state, renderProposal, onEarlier, onRetry, onDiscard, onAskAgain, children } = props;
  const entries = entriesOf(state);
  const log = useRef<HTMLDivElement>(null);
  useScrolling(log, state.messages);
  const { messages, pending } = state;
  const hasEarlier = (messages?.[0]?.number ?? 1) > 1;
  return (
    <div
      ref={log}
      class="messages"
      role="log"
      aria-label="Messages"
      aria-live="off"
      aria-busy={messages === null && state.problem === null}
      tabIndex={0}
      data-testid="messages"
    >
      <div class="column">
        {messages === null && state.problem === null ? <Loading /> : null}
        {messages !== null && entries.length === 0 ? children : null}
        {hasEarlier ? (
          <button type="button" class="button earlier" data-testid="earlier" onClick={onEarlier}>
            Show earlier messages
          </button>
        ) : null}
        {entries.map((entry, index) => (
          <MessageView key={entry.key} entry={entry}>
            {entry.message?.proposal ? renderProposal(entry.message) : null}
            {entry.status === "failed" ? (
              <Failure
                entry={entry}
                question={index === entries.length - 1 ? entries[index - 1] : undefined}
                onAskAgain={onAskAgain}
              />
            ) : null}
          </MessageView>
        ))}
        {pending?.problem ? (
          <div class="notice" role="alert" data-testid="unsent" data-reason={pending.problem.reason}>
            <p>
              <strong>Not sent.</strong> {problemWords(pending.problem, Date.now())}
            </p>
            <div class="buttons">
              {canRetry(pending.problem) ? (
                <button
                  type="button"
                  class="button primary"
                  data-testid="retry"
                  onClick={onRetry}
                >
                  Try again
                </button>
              ) : null}
              <button type="button" class="button" data-testid="discard" onClick={onDiscard}>
                Edit
              </button>
            </div>
          </div>
        ) : null}
      </div>
      <Announcer entries={messages === null ? null : entries} />
    </div>
  );
}

function MessageView({ entry, children }: { entry: Entry; children: ComponentChildren }) {
  const { role, text, status, message } = entry;
  const isUser = role === "user";
  const name = isUser ? "You" : "Assistant";
  // Of a proposal without further words the text is its summary, which its card has.
  const isSaidBelow = message?.proposal?.summary === text.trim();
  const at = message ? timeOf(message.createdAt, Date.now()) : "";
  return (
    <article
      class={`message message-${role}`}
      aria-label={at ? `${name}, ${at}` : name}
      data-testid="entry"
      data-role={role}
      data-status={status}
    >
      {isUser ? null : (
        <span class="avatar">
          <Icon name="spark" />
        </span>
      )}
      <div class="message-body">
        <div data-testid="text" class={isUser ? "plain" : ""}>
          {isUser ? text : null}
          {isUser || isSaidBelow ? null : <Formatted text={text} />}
        </div>
        {status === "streaming" ? (
          <p class="writing">
            <span class="dots" aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
            <span class="sr-only">The assistant is writing.</span>
          </p>
        ) : null}
        {status === "stopped" ? <p class="stopped">Stopped.</p> : null}
        {children}
      </div>
    </article>
  );
}

interface FailureProps {
  entry: Entry;
  /** What the user had asked, if it can be asked again. */
  question: Entry | undefined;
  onAskAgain(content: string): void;
}

function Failure({ entry, question, onAskAgain }: FailureProps) {
  const code = entry.message?.error?.code;
  return (
    <div class="notice" data-testid="failure" data-code={code}>
      <p>{messageErrorWords(code)}</p>
      {question ? (
        <div class="buttons">
          <button
            type="button"
            class="button"
            data-testid="ask-again"
            onClick={() => onAskAgain(question.text)}
          >
            Ask again
          </button>
        </div>
      ) : null}
    </div>
  );
}

function Loading() {
  return (
    <div class="skeleton" data-testid="loading">
      <span class="bone" />
      <span class="bone" />
      <span class="bone" />
    </div>
  );
}

/** Says what is complete, once: neither each token, nor what was there when the chat was opened. */
function Announcer({ entries }: { entries: Entry[] | null }) {
  const known = useRef<Map<string, Entry["status"]> | null>(null);
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (entries === null) return;
    const before = known.current;
    known.current = new Map(entries.map(({ key, status }) => [key, status]));
    if (before === null) return;
    const complete = entries.filter(
      ({ key, role, status }) =>
        role === "assistant" && status !== "streaming" && before.get(key) === "streaming",
    );
    if (complete.length > 0) setSaid(complete.map(announcementOf).join("\n"));
    else if (entries.some(({ key, role }) => role === "user" && !before.has(key))) setSaid("");
  });
  return (
    <p class="sr-only" aria-live="polite" data-testid="announcer">
      {said}
    </p>
  );
}

function announcementOf({ text, status, message }: Entry): string {
  const summary = message?.proposal?.summary;
  const parts = [`Assistant: ${summary === text.trim() ? "" : plainOf(text)}`];
  if (status === "stopped") parts.push("Stopped.");
  if (status === "failed") parts.push(messageErrorWords(message?.error?.code));
  if (summary) parts.push(`To confirm: ${summary}`);
  return parts.join("\n");
}

/** Keep the end in view of who reads there, and the message that was read when older ones come. */
function useScrolling(log: { current: HTMLDivElement | null }, messages: Message[] | null) {
  const first = useRef<number | null>(null);
  const height = useRef(0);
  const atEnd = useRef(true);
  useEffect(() => {
    const element = log.current;
    const update = () => {
      if (!element) return;
      const { scrollHeight, scrollTop, clientHeight } = element;
      atEnd.current = scrollHeight - scrollTop - clientHeight < AT_END_PX;
    };
    element?.addEventListener("scroll", update, { passive: true });
    return () => element?.removeEventListener("scroll", update);
  }, []);
  useLayoutEffect(() => {
    const element = log.current;
    if (!element) return;
    const number = messages?.[0]?.number ?? null;
    const hasOlder = number !== null && first.current !== null && number < first.current;
    if (hasOlder) element.scrollTop += element.scrollHeight - height.current;
    else if (atEnd.current) element.scrollTop = element.scrollHeight;
    first.current = number;
    height.current = element.scrollHeight;
  });
}
