/** A workspace's chats: the list of them, and the one that is open. */

import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { refusalOf } from "../../../guest/src/model/refusals.ts";
import type { Chats } from "../backend/chats.ts";
import type { Account } from "../backend/connection.ts";
import { Conversation, type State } from "../model/conversation.ts";
import type { Kept } from "../model/kept.ts";
import type { Session } from "../model/types.ts";
import { problemWords } from "../model/words.ts";
import { useChatList } from "./chat-list.ts";
import { DeleteDialog, RenameDialog } from "./chat-dialogs.tsx";
import { ConversationView } from "./conversation-view.tsx";
import { useOnline } from "./parts/hooks.ts";
import { Icon } from "./parts/icons.tsx";
import { Sidebar } from "./sidebar.tsx";

interface ChatScreenProps {
  chats: Chats;
  kept: Kept;
  account: Account;
  chatId: string | null;
  onChat(chatId: string | null, replace?: boolean): void;
  onOtherWorkspace(): void;
  onLeave(): void;
}

export function ChatScreen(props: ChatScreenProps) {
  const { chats, kept, account, chatId, onChat, onOtherWorkspace, onLeave } = props;
  const list = useChatList(chats);
  const online = useOnline();
  const menu = useMenu();
  const field = useRef<HTMLTextAreaElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const newChat = useRef<HTMLElement>(null);
  const [asked, setAsked] = useState<{ about: "rename" | "delete"; session: Session } | null>(null);
  const { conversation, state, key } = useConversation(chats, kept, chatId, (id) => {
    onChat(id, true);
    list.reload();
  });
  const title = list.sessions?.find(({ id }) => id === chatId)?.title;
  useEffect(() => {
    document.title = title ? `${title} – Assistant` : `Assistant – ${chats.workspaceName}`;
  }, [title]);
  const writing = state.messages?.at(-1)?.status === "streaming" || state.pending !== null;
  const wasWriting = useRef(false);
  useEffect(() => {
    if (wasWriting.current && !writing) list.reload();
    wasWriting.current = writing;
  }, [writing]);

  /** Where one goes on from here. Touching a phone's field would cover the chat with its keyboard. */
  const focus = () => {
    const isTouched = matchMedia("(pointer: coarse)").matches;
    (isTouched ? heading : field).current?.focus();
  };
  const open = (id: string | null) => {
    menu.close();
    onChat(id);
    requestAnimationFrame(focus);
  };
  const deleted = (session: Session) => {
    setAsked(null);
    list.remove(session.id);
    kept.forgetChat(session.id);
    if (session.id === chatId) onChat(null, true);
    requestAnimationFrame(() => newChat.current?.querySelector("button")?.focus());
  };
  return (
    <div class="screen" data-testid="assistant" data-screen="chat" data-chat={chatId ?? ""}>
      <a class="skip" href="#message">
        Skip to the message field
      </a>
      <header class="bar">
        <button
          ref={menu.button}
          type="button"
          class="icon-button menu-button"
          data-testid="menu"
          aria-expanded={menu.isOpen}
          aria-controls="chats"
          aria-label="Chats"
          onClick={menu.toggle}
        >
          <Icon name="menu" />
        </button>
        <h1>
          Assistant <span class="bar-workspace">{chats.workspaceName}</span>
        </h1>
        <div class="bar-account">
          <span class="bar-email" data-testid="account">
            {account.email}
          </span>
          <button type="button" class="link" data-testid="other" onClick={onOtherWorkspace}>
            Switch workspace
          </button>
          <button type="button" class="link" data-testid="sign-out" onClick={onLeave}>
            Sign out
          </button>
        </div>
      </header>
      {online ? null : (
        <p class="offline" role="status" data-testid="offline">
          You are offline. The chat goes on when the network is back.
        </p>
      )}
      <div class="panes">
        <nav
          ref={newChat}
          id="chats"
          class={menu.isOpen ? "sidebar open" : "sidebar"}
          aria-labelledby="chats-heading"
          onKeyDown={(event) => event.key === "Escape" && menu.close()}
        >
          <Sidebar
            list={list}
            chatId={chatId}
            onNew={() => open(null)}
            onOpen={open}
            onRename={(session) => setAsked({ about: "rename", session })}
            onDelete={(session) => setAsked({ about: "delete", session })}
          />
        </nav>
        <main class="chat-pane" inert={menu.isOpen}>
          <h2 ref={heading} tabIndex={-1} class="chat-heading" data-testid="chat-heading">
            {title ?? (chatId === null ? "New chat" : "Chat")}
          </h2>
          <ConversationView
            key={key}
            conversation={conversation}
            state={state}
            kept={kept}
            keyOf={(id) => keptAs(chats, id)}
            field={field}
            onOpen={focus}
          />
        </main>
      </div>
      {asked?.about === "rename" ? (
        <RenameDialog
          session={asked.session}
          rename={(text) => chats.rename(asked.session.id, text)}
          onRenamed={(session) => {
            list.change(session);
            setAsked(null);
          }}
          onClose={() => setAsked(null)}
          words={(error) => problemWords(refusalOf(error), Date.now())}
        />
      ) : null}
      {asked?.about === "delete" ? (
        <DeleteDialog
          session={asked.session}
          remove={() => chats.delete(asked.session.id)}
          onDeleted={() => deleted(asked.session)}
          onClose={() => setAsked(null)}
          words={(error) => problemWords(refusalOf(error), Date.now())}
        />
      ) : null}
    </div>
  );
}

/** What the texts of a chat are kept under. Those of one that has not begun stay in its workspace. */
function keptAs({ workspaceId }: Chats, chatId: string | null): string {
  return chatId ?? `new:${workspaceId}`;
}

/** The conversation of a chat. One that begins here stays the same once it has an id. */
function useConversation(
  chats: Chats,
  kept: Kept,
  chatId: string | null,
  onBegun: (chatId: string) => void,
) {
  const begun = useRef(onBegun);
  begun.current = onBegun;
  const count = useRef(0);
  const current = useRef<Conversation | null>(null);
  const [, render] = useState<State | null>(null);
  if (current.current === null || current.current.state.chatId !== chatId) {
    current.current?.close();
    count.current += 1;
    const conversation: Conversation = new Conversation(
      chats,
      (state) => {
        if (current.current !== conversation) return;
        render(state);
        if (state.chatId !== null && state.chatId !== shown.current) begun.current(state.chatId);
      },
      chatId,
      undefined,
      {
        unsent: (id) => kept.unsent(keptAs(chats, id)),
        keepUnsent: (id, unsent) => kept.keepUnsent(keptAs(chats, id), unsent),
        forgetUnsent: (id, requestId) => kept.forgetUnsent(keptAs(chats, id), requestId),
      },
    );
    current.current = conversation;
  }
  const shown = useRef(chatId);
  shown.current = chatId;
  useEffect(() => () => current.current?.close(), []);
  const { current: conversation } = current;
  return { conversation, state: conversation.state, key: count.current };
}

/** On a narrow screen the list of chats covers the chat while it is open. */
function useMenu() {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = useCallback(() => {
    setOpen((before) => {
      if (before) button.current?.focus();
      return false;
    });
  }, []);
  const wide = useMemo(() => matchMedia("(min-width: 50rem)"), []);
  useEffect(() => {
    const update = () => wide.matches && setOpen(false);
    wide.addEventListener("change", update);
    return () => wide.removeEventListener("change", update);
  }, []);
  return { isOpen, button, close, toggle: () => setOpen((before) => !before) };
}
