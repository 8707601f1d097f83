import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type Refusal, refusalOf } from "../../../guest/src/model/refusals.ts";
import type { Chats } from "../backend/chats.ts";
import { merged, withFirstPage } from "../model/sessions.ts";
import type { Session } from "../model/types.ts";

export interface ChatList {
  /** null until the first page is there. */
  sessions: Session[] | null;
  problem: Refusal | null;
  hasMore: boolean;
  isLoading: boolean;
  loadMore(): void;
  /** Look for what is new, as after a message and when the tab is shown again. */
  reload(): void;
  /** Show a change before the next reload. */
  change(session: Session): void;
  remove(chatId: string): void;
}

export function useChatList(chats: Chats): ChatList {
  const [sessions, setSessions] = useState<Session[] | null>(null);
  const [problem, setProblem] = useState<Refusal | null>(null);
  const [token, setToken] = useState<string | null>(null);
  const [isLoading, setLoading] = useState(false);
  const removed = useRef(new Set<string>());
  const hasPages = useRef(false);

  const load = async (pageToken: string | null) => {
    setLoading(true);
    try {
      const page = await chats.list(pageToken);
      const items = page.items.filter(({ id }) => !removed.current.has(id));
      // A reload brings the first page alone, so the token of a later one stays.
      const isRepeat = pageToken === null && hasPages.current;
      const found = { ...page, items };
      setSessions((before) =>
        pageToken === null ? withFirstPage(before ?? [], found) : merged(before ?? [], items),
      );
      if (!isRepeat || !page.nextPageToken) setToken(page.nextPageToken);
      hasPages.current = true;
      setProblem(null);
    } catch (error) {
      setProblem(refusalOf(error));
    } finally {
      setLoading(false);
    }
  };
  const reload = useCallback(() => void load(null), []);
  useEffect(() => {
    reload();
    const onShow = () => document.visibilityState === "visible" && reload();
    document.addEventListener("visibilitychange", onShow);
    addEventListener("online", reload);
    return () => {
      document.removeEventListener("visibilitychange", onShow);
      removeEventListener("online", reload);
    };
  }, []);

  return {
    sessions,
    problem,
    hasMore: token !== null,
    isLoading,
    loadMore: () => {
      if (!isLoading && token !== null) load(token);
    },
    reload,
    change: (session) => setSessions((before) => merged(before ?? [], [session])),
    remove: (chatId) => {
      removed.current.add(chatId);
      setSessions((before) => before?.filter(({ id }) => id !== chatId) ?? null);
    },
  };
}
