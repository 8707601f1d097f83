/** The user's own chats, the one that was last written to first. */

import type { Session } from "../model/types.ts";
import { dateOf } from "../model/times.ts";
import { problemWords } from "../model/words.ts";
import type { ChatList } from "./chat-list.ts";
import { Icon } from "./parts/icons.tsx";

interface SidebarProps {
  list: ChatList;
  chatId: string | null;
  onNew(): void;
  onOpen(chatId: string): void;
  onRename(session: Session): void;
  onDelete(session: Session): void;
}

export function Sidebar({ list, chatId, onNew, onOpen, onRename, onDelete }: SidebarProps) {
  const { sessions, problem, hasMore, isLoading, loadMore, reload } = list;
  return (
    <>
      <div class="sidebar-head">
        <h2 id="chats-heading">Chats</h2>
        <button type="button" class="button" data-testid="new-chat" onClick={onNew}>
          <Icon name="plus" /> New chat
        </button>
      </div>
      {problem ? (
        <div class="notice" role="alert" data-testid="list-problem">
          <p>{problemWords(problem, Date.now())}</p>
          <button type="button" class="button" onClick={reload}>
            Try again
          </button>
        </div>
      ) : null}
      {sessions?.length === 0 ? <p class="empty">No chats yet.</p> : null}
      <ul class="chats" aria-busy={sessions === null} data-testid="chats">
        {sessions?.map((session) => (
          <li
            key={session.id}
            class={session.id === chatId ? "chat current" : "chat"}
            data-testid="chat"
            data-chat={session.id}
          >
            <button
              type="button"
              class="chat-open"
              data-testid="open-chat"
              aria-current={session.id === chatId ? "true" : undefined}
              onClick={() => onOpen(session.id)}
            >
              <span class="chat-title">{session.title}</span>
              <span class="chat-date">{dateOf(session.lastMessageAt, Date.now())}</span>
            </button>
            <button
              type="button"
              class="icon-button"
              data-testid="rename"
              aria-label={`Rename “${session.title}”`}
              onClick={() => onRename(session)}
            >
              <Icon name="pencil" />
            </button>
            <button
              type="button"
              class="icon-button"
              data-testid="delete"
              aria-label={`Delete “${session.title}”`}
              onClick={() => onDelete(session)}
            >
              <Icon name="bin" />
            </button>
          </li>
        ))}
      </ul>
      {hasMore ? (
        <button
          type="button"
          class="button more"
          data-testid="more-chats"
          aria-disabled={isLoading}
          onClick={loadMore}
        >
          Show more chats
        </button>
      ) : null}
    </>
  );
}
