/** What the browser keeps for this page: the last workspace, texts that were not sent, dismissals. */

import type { KeyValueStore } from "../../../guest/src/model/outbox.ts";

const PREFIX = "assistant:";

export class Kept {
  constructor(private readonly store: KeyValueStore) {}

  get workspace(): string | null {
    return this.store.getItem(`${PREFIX}workspace`);
  }

  set workspace(workspaceId: string | null) {
    this.put("workspace", workspaceId);
  }

  /** What was typed into a chat and not sent. */
  draft(chat: string): string {
    return this.store.getItem(`${PREFIX}draft:${chat}`) ?? "";
  }

  keepDraft(chat: string, text: string): void {
    this.put(`draft:${chat}`, text || null);
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
    this.forget(`${PREFIX}dismissed:${chat}:`);
  }

  /** Forget everything, as after signing out. */
  forgetAll(): void {
    this.forget(PREFIX);
  }

  private put(name: string, value: string | null): void {
    if (value === null) this.store.removeItem(PREFIX + name);
    else this.store.setItem(PREFIX + name, value);
  }

  private forget(prefix: string): void {
    const { store } = this;
    const keys = Array.from({ length: store.length }, (_, index) => store.key(index));
    for (const key of keys) if (key?.startsWith(prefix)) store.removeItem(key);
  }
}
