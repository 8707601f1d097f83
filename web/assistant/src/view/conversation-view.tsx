import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { canSend, type Conversation, isWriting, type State } from "../model/conversation.ts";
import type { Kept } from "../model/kept.ts";
import { canRetry, problemWords } from "../model/words.ts";
import { Composer } from "./composer.tsx";
import { Messages } from "./messages.tsx";
import { ProposalCard } from "./proposal.tsx";

/** What the assistant can be asked, to begin with. The last one is completed by the user. */
const SUGGESTIONS = ["List my campaigns", "How many guests today?", "Generate the campaign "];

interface ConversationViewProps {
  conversation: Conversation;
  state: State;
  kept: Kept;
  /** What the texts of a chat are kept under. */
  keyOf(chatId: string | null): string;
  field: RefObject<HTMLTextAreaElement | null>;
  onOpen(): void;
}

export function ConversationView(props: ConversationViewProps) {
  const { conversation, state, kept, keyOf, field, onOpen } = props;
  const chat = keyOf(state.chatId);
  const [text, setText] = useState(() => kept.draft(chat));
  const begunAs = useRef(chat);
  if (begunAs.current !== chat) {
    // The first message gave the chat its id. What was typed since belongs to it.
    kept.keepDraft(begunAs.current, "");
    kept.keepDraft(chat, text);
    begunAs.current = chat;
  }
  const [, setDismissals] = useState(0);
  useEffect(onOpen, []);
  const change = (typed: string) => {
    setText(typed);
    kept.keepDraft(chat, typed);
  };
  const send = (content: string) => {
    if (!canSend(state, content)) return;
    change("");
    conversation.send(content);
    field.current?.focus();
  };
  const suggest = (suggestion: string) => {
    if (!suggestion.endsWith(" ")) return send(suggestion);
    change(suggestion);
    field.current?.focus();
  };
  return (
    <>
      <Messages
        state={state}
        renderProposal={({ id, proposal }) =>
          proposal && (
            <ProposalCard
              id={id}
              proposal={proposal}
              isConfirming={state.confirming.has(id)}
              problem={state.confirmProblems.get(id) ?? null}
              isDismissed={kept.isDismissed(chat, id)}
              onConfirm={() => conversation.confirm(id)}
              onDismiss={(dismissed) => {
                kept.keepDismissed(chat, id, dismissed);
                setDismissals((n) => n + 1);
              }}
            />
          )
        }
        onEarlier={() => conversation.loadEarlier()}
        onRetry={() => {
          conversation.retry();
          field.current?.focus();
        }}
        onDiscard={() => {
          change([conversation.discard(), text].filter(Boolean).join("\n"));
          field.current?.focus();
        }}
        onAskAgain={send}
      >
        <div class="welcome" data-testid="welcome">
          <p class="welcome-title">What would you like to know?</p>
          <p>
            Ask about campaigns, runs and guests. What changes something is shown to you first, and
            happens only when you confirm it.
          </p>
          <div class="suggestions">
            {SUGGESTIONS.map((suggestion) => (
              <button
                key={suggestion}
                type="button"
                class="button"
                data-testid="suggestion"
                onClick={() => suggest(suggestion)}
              >
                {suggestion.trim()}
                {suggestion.endsWith(" ") ? " …" : ""}
              </button>
            ))}
          </div>
        </div>
      </Messages>
      {state.problem ? (
        <div
          class="notice chat-problem"
          role="alert"
          data-testid="chat-problem"
          data-reason={state.problem.reason}
        >
          <p>{problemWords(state.problem, Date.now())}</p>
          {canRetry(state.problem) ? (
            <button type="button" class="button" onClick={() => conversation.follow()}>
              {state.problem.reason === "not_followed" ? "Connect again" : "Close"}
            </button>
          ) : null}
        </div>
      ) : null}
      <Composer
        field={field}
        text={text}
        canSend={canSend(state, text)}
        isWriting={isWriting(state)}
        isStopping={state.isStopping}
        onChange={change}
        onSend={() => send(text)}
        onStop={() => {
          conversation.stop();
          field.current?.focus();
        }}
      />
    </>
  );
}
