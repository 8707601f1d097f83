/**
 * One chat in one tab. Its messages are the stored ones, which a listener reports. What this tab has
 * sent is shown before they arrive, and the reply as it streams: whichever has more of it counts.
 */

import { Refusal, refusalOf } from "../../../guest/src/model/refusals.ts";
import type { Unsent } from "./kept.ts";
import type { Message, Sent } from "./types.ts";

export const MAX_CHARACTERS = 8000;
export const PAGE = 50;

export interface SendRequest {
  chatId: string | null;
  content: string;
  /** A repeated call with the same one returns what the first call has stored. */
  requestId: string;
}

export interface ConversationBackend {
  /** Report the last `limit` messages from now on, oldest first. After `onError` no more. */
  watch(
    chatId: string,
    limit: number,
    onMessages: (messages: Message[]) => void,
    onError: (reason: string) => void,
  ): () => void;
  /** Resolves once the reply is complete. */
  send(request: SendRequest, onDelta: (delta: string) => void): Promise<Sent>;
  /** What a send with this request id has stored. */
  find(request: SendRequest): Promise<Sent>;
  stop(chatId: string, messageId: string): Promise<unknown>;
  confirm(chatId: string, messageId: string): Promise<unknown>;
}

/** What outlives the page: a message whose sending failed, by its chat. */
export interface UnsentStore {
  unsent(chatId: string | null): Unsent | null;
  keepUnsent(chatId: string | null, unsent: Unsent): void;
  forgetUnsent(chatId: string | null, requestId: string): void;
}

const NOTHING_KEPT: UnsentStore = {
  unsent: () => null,
  keepUnsent: () => {},
  forgetUnsent: () => {},
};

export interface Pending extends SendRequest {
  /** The reply so far, as it streams. */
  text: string;
  /** Why it was not sent. */
  problem: Refusal | null;
}

export interface State {
  /** null until the first message of a new chat is stored. */
  chatId: string | null;
  /** null until they are loaded. */
  messages: Message[] | null;
  pending: Pending | null;
  isStopping: boolean;
  /** Why this tab does not follow the chat, or could not stop a message. */
  problem: Refusal | null;
  /** Proposals that are being confirmed, and why one could not be. */
  confirming: ReadonlySet<string>;
  confirmProblems: ReadonlyMap<string, Refusal>;
}

/** A message as it is shown. */
export interface Entry {
  /** The same before and after it is stored. */
  key: string;
  role: Message["role"];
  text: string;
  status: Message["status"];
  /** null as long as it is not stored. */
  message: Message | null;
}

export class Conversation {
  state: State;

  private limit = PAGE;
  private unwatch: (() => void) | null = null;
  private stopAsked: string | null = null;
  private closed = false;

  constructor(
    private readonly backend: ConversationBackend,
    private readonly onChange: (state: State) => void,
    chatId: string | null,
    private readonly newId: () => string = () => crypto.randomUUID(),
    private readonly kept: UnsentStore = NOTHING_KEPT,
  ) {
    const unsent = kept.unsent(chatId);
    this.state = {
      chatId,
      messages: chatId === null ? [] : null,
      pending: unsent && { chatId, ...unsent, text: "", problem: new Refusal("left_unsent") },
      isStopping: false,
      problem: null,
      confirming: new Set(),
      confirmProblems: new Map(),
    };
    if (chatId !== null) this.watch(chatId);
  }

  /** Report no more, and stop listening. What was sent goes on. */
  close(): void {
    this.closed = true;
    this.unwatch?.();
  }

  /** Listen again, after it has failed. */
  follow(): void {
    this.set({ problem: null });
    if (this.state.chatId !== null) this.watch(this.state.chatId);
  }

  /** Show older messages too. */
  loadEarlier(): void {
    if (this.state.chatId === null) return;
    this.limit += PAGE;
    this.watch(this.state.chatId);
  }

  send(text: string): void {
    const content = text.trim();
    if (!canSend(this.state, content)) return;
    const { chatId } = this.state;
    this.deliver({ chatId, content, requestId: this.newId() });
  }

  /** Send again what was not sent, with its request id: it is stored once. */
  retry(): void {
    const { pending } = this.state;
    if (pending?.problem) this.deliver(pending);
  }

  /** Forget what was not sent, and return it. */
  discard(): string {
    const { pending } = this.state;
    if (!pending?.problem) return "";
    this.set({ pending: null });
    return pending.content;
  }

  /**
   * Have the message that is being written end. It may not be stored yet. Asking again ends one
   * whose worker has died, once the worker's lease is over.
   */
  stop(): void {
    this.stopAsked = null;
    this.set({ isStopping: true, problem: null });
    this.stopOnceStored();
  }

  async confirm(messageId: string): Promise<void> {
    const { chatId, confirming } = this.state;
    if (chatId === null || confirming.has(messageId)) return;
    const problems = new Map(this.state.confirmProblems);
    problems.delete(messageId);
    this.set({ confirming: new Set([...confirming, messageId]), confirmProblems: problems });
    try {
      await this.backend.confirm(chatId, messageId);
    } catch (error) {
      problems.set(messageId, refusalOf(error));
    }
    const left = new Set(this.state.confirming);
    left.delete(messageId);
    this.set({ confirming: left, confirmProblems: new Map(problems) });
  }

  private deliver(request: SendRequest): void {
    const pending = { ...request, text: "", problem: null };
    this.stopAsked = null;
    this.set({ pending, isStopping: false, problem: null });
    const isCurrent = () => this.state.pending?.requestId === request.requestId;
    const onDelta = (delta: string) => {
      const current = this.state.pending;
      if (!current || !isCurrent()) return;
      if (current.text === "" && this.state.chatId === null) this.findChat(request);
      this.set({ pending: { ...current, text: current.text + delta } });
    };
    this.backend.send(request, onDelta).then(
      ({ session }) => {
        this.forgetUnsent(request.requestId);
        this.adopt(session.id);
      },
      (error: unknown) => {
        const current = this.state.pending;
        // The user may have gone to another chat, or reload before trying again.
        if (isCurrent()) this.kept.keepUnsent(this.state.chatId, request);
        // What is stored goes on without this call, and its listener shows it.
        if (current && isCurrent()) this.set({ pending: { ...current, problem: refusalOf(error) } });
      },
    );
  }

  /** Learn early which chat a first message has begun, so that it can be followed and stopped. */
  private findChat(request: SendRequest): void {
    this.backend.find(request).then(
      ({ session }) => this.adopt(session.id),
      () => {}, // the send itself reports it
    );
  }

  private adopt(chatId: string): void {
    if (this.state.chatId !== null || this.closed) return;
    if (this.state.pending) this.forgetUnsent(this.state.pending.requestId);
    this.set({ chatId });
    this.watch(chatId);
  }

  private forgetUnsent(requestId: string): void {
    this.kept.forgetUnsent(this.state.chatId, requestId);
  }

  private watch(chatId: string): void {
    this.unwatch?.();
    if (this.closed) return;
    this.unwatch = this.backend.watch(
      chatId,
      this.limit,
      (messages) => this.set({ messages, problem: null }),
      (reason) => this.set({ problem: new Refusal(reason) }),
    );
  }

  private stopOnceStored(): void {
    const { chatId, isStopping } = this.state;
    const message = this.state.messages?.at(-1);
    if (!isStopping || chatId === null || message?.status !== "streaming") return;
    if (this.stopAsked === message.id) return;
    this.stopAsked = message.id;
    this.backend.stop(chatId, message.id).catch((error: unknown) => {
      this.stopAsked = null;
      this.set({ isStopping: false, problem: refusalOf(error) });
    });
  }

  private set(changes: Partial<State>): void {
    if (this.closed) return;
    const { pending } = this.state;
    this.state = settled({ ...this.state, ...changes });
    if (pending && !this.state.pending) this.forgetUnsent(pending.requestId);
    this.onChange(this.state);
    this.stopOnceStored();
  }
}

/** Whether there is a reply that is being written. */
export function isWriting({ messages, pending }: State): boolean {
  return (pending !== null && pending.problem === null) || messages?.at(-1)?.status === "streaming";
}

export function canSend(state: State, text: string): boolean {
  const length = charactersOf(text.trim());
  const { messages, pending } = state;
  return length > 0 && length <= MAX_CHARACTERS && messages !== null && !pending && !isWriting(state);
}

/** As the server counts them. */
export function charactersOf(text: string): number {
  return [...text].length;
}

/** The messages as they are shown, oldest first. */
export function entriesOf({ messages, pending }: State): Entry[] {
  const entries: Entry[] = [];
  let replyTo = "";
  for (const message of messages ?? []) {
    const isUser = message.role === "user";
    if (isUser) replyTo = message.requestId ?? message.id;
    const isPending = !isUser && pending !== null && replyTo === pending.requestId;
    entries.push({
      key: isUser ? replyTo : `${replyTo}:reply`,
      role: message.role,
      text: isPending ? further(message, pending.text) : message.content,
      status: message.status,
      message,
    });
  }
  if (pending === null) return entries;
  const { requestId: key, content, text, problem } = pending;
  const isStored = entries.some((entry) => entry.key === key);
  if (!isStored) entries.push(entryOf(key, "user", content, "complete"));
  const reply = `${key}:reply`;
  if (problem === null && !entries.some((entry) => entry.key === reply)) {
    entries.push(entryOf(reply, "assistant", text, "streaming"));
  }
  return entries;
}

function entryOf(key: string, role: Entry["role"], text: string, status: Entry["status"]): Entry {
  return { key, role, text, status, message: null };
}

function further({ status, content }: Message, streamed: string): string {
  return status === "streaming" && streamed.length > content.length ? streamed : content;
}

/** Without what the stored messages have made superfluous. */
function settled(state: State): State {
  const { messages } = state;
  let { pending } = state;
  const at = messages?.findIndex(({ requestId }) => requestId === pending?.requestId) ?? -1;
  if (pending && at >= 0) {
    const reply = messages?.[at + 1];
    const isOver = reply !== undefined && reply.status !== "streaming";
    if (isOver || pending.problem) pending = null;
  }
  const changed = { ...state, pending };
  return { ...changed, isStopping: state.isStopping && isWriting(changed) };
}
