/** What the browser keeps for this page: the last workspace, texts that were not sent, dismissals. */

import type { KeyValueStore } from "../../../guest/src/model/outbox.ts";

/** A message whose sending failed. */
export interface Unsent {
  content: string;
  requestId: string;
}

const PREFIX = "assistant:";

export class Kept {
  constructor(private readonly store: KeyValueStore) {}

  get workspace(): string | null {
    return this.store.getItem(`${PREFIX}workspace`);
  }

  set workspace(workspaceId: string | null) {
    this.put("workspace", workspaceId);
  }

  /** Forget what another account has left, as when its sign-in ended by itself. */
  belongTo(uid: string): void {
    if (this.store.getItem(`${PREFIX}account`) === uid) return;
    this.forgetAll();
    this.put("account", uid);
  }

  /** What was typed into a chat and not sent. */
  draft(chat: string): string {
    return this.store.getItem(`${PREFIX}draft:${chat}`) ?? "";
  }

  keepDraft(chat: string, text: string): void {
    this.put(`draft:${chat}`, text || null);
  }

  /** What was sent into a chat and failed. */
  unsent(chat: string): Unsent | null {
    try {
      const { content, requestId } = JSON.parse(this.store.getItem(`${PREFIX}unsent:${chat}`) ?? "");
      return { content: String(content), requestId: String(requestId) };
    } catch {
      return null;
    }
  }

  keepUnsent(chat: string, { content, requestId }: Unsent): void {
    // A send that fails after its sender has signed out leaves nothing.
    if (this.store.getItem(`${PREFIX}account`) === null) return;
    this.put(`unsent:${chat}`, JSON.stringify({ content, requestId }));
  }

  forgetUnsent(chat: string, requestId: string): void {
    if (this.unsent(chat)?.requestId === requestId) this.put(`unsent:${chat}`, null);
  }

  isDismissed(chat: string, messageId: string): boolean {
    return this.store.getItem(`${PREFIX}dismissed:${chat}:${messageId}`) !== null;
  }

  keepDismissed(chat: string, messageId: string, dismissed: boolean): void {
    this.put(`dismissed:${chat}:${messageId}`, dismissed ? "1" : null);
  }

  /** Forget what belongs to a chat. */
  forgetChat(chat: string): void {
    this.keepDraft(chat, "");
    this.put(`unsent:${chat}`, null);
    this.forget(`${PREFIX}dismissed:${chat}:`);
  }

  /** Forget everything, as after signing out. */
  forgetAll(): void {
    this.forget(PREFIX);
  }

  private put(name: string, value: string | null): void {
    if (value === null) return this.store.removeItem(PREFIX + name);
    try {
      this.store.setItem(PREFIX + name, value);
    } catch {
      // A full storage keeps nothing more, and the page goes on.
    }
  }

  private forget(prefix: string): void {
    const { store } = this;
    const keys = Array.from({ length: store.length }, (_, index) => store.key(index));
    for (const key of keys) if (key?.startsWith(prefix)) store.removeItem(key);
  }
}
