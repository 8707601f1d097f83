/** The chats of one person in one workspace. Loaded once somebody is signed in. */

import { RuntimeError } from "experience-client";
import {
  collection,
  connectFirestoreEmulator,
  doc,
  type Firestore,
  getDoc,
  initializeFirestore,
  limitToLast,
  onSnapshot,
  orderBy,
  query,
} from "firebase/firestore";
import { httpsCallable } from "firebase/functions";
import { hostAndPort, type Site } from "../../../guest/src/model/connection.ts";
import { Refusal, refusalOf } from "../../../guest/src/model/refusals.ts";
import type { ConversationBackend, SendRequest } from "../model/conversation.ts";
import type { Message, Sent, Session, SessionPage } from "../model/types.ts";

/** A little longer than the functions may take. */
const SEND_TIMEOUT_MS = 190_000;
const TIMEOUT_MS = 30_000;

export class Chats implements ConversationBackend {
  private constructor(
    private readonly site: Site,
    private readonly database: Firestore,
    readonly workspaceId: string,
    readonly workspaceName: string,
  ) {}

  /** The chats of a member. One read. Throws `Refusal`: `not_a_member` also where there is nothing. */
  static async open(site: Site, workspaceId: string): Promise<Chats> {
    const database = firestoreOf(site);
    const reference = doc(database, "workspaces", workspaceId);
    try {
      const name = String((await getDoc(reference)).get("name") ?? workspaceId);
      return new Chats(site, database, workspaceId, name);
    } catch (error) {
      const { reason } = refusalOf(error);
      throw reason === "permission-denied"
        ? new Refusal("not_a_member")
        : new Refusal("offline", {}, true);
    }
  }

  list(pageToken: string | null): Promise<SessionPage> {
    return this.call("listChatSessions", pageToken === null ? {} : { pageToken });
  }

  rename(chatSessionId: string, title: string): Promise<Session> {
    return this.call("renameChatSession", { chatSessionId, title });
  }

  delete(chatSessionId: string): Promise<unknown> {
    return this.call("deleteChatSession", { chatSessionId });
  }

  watch(
    chatId: string,
    limit: number,
    onMessages: (messages: Message[]) => void,
    onError: (reason: string) => void,
  ): () => void {
    const path = `workspaces/${this.workspaceId}/chatSessions/${chatId}/chatMessages`;
    const last = query(collection(this.database, path), orderBy("number"), limitToLast(limit));
    return onSnapshot(
      last,
      ({ docs }) => onMessages(docs.map((each) => each.data() as Message)),
      ({ code }) => onError(code === "permission-denied" ? "chat_session_not_found" : "not_followed"),
    );
  }

  async send(request: SendRequest, onDelta: (delta: string) => void): Promise<Sent> {
    const send = httpsCallable<object, Sent, { delta: string }>(
      this.site.functions,
      "sendChatMessage",
      { timeout: SEND_TIMEOUT_MS },
    );
    try {
      const { stream, data } = await send.stream(this.sending(request));
      data.catch(() => {}); // awaited below, once the chunks have ended
      for await (const { delta } of stream) onDelta(delta);
      return await data;
    } catch (error) {
      throw refusalOf(RuntimeError.from(error));
    }
  }

  find(request: SendRequest): Promise<Sent> {
    return this.call("sendChatMessage", this.sending(request));
  }

  stop(chatSessionId: string, messageId: string): Promise<unknown> {
    return this.call("stopChatMessage", { chatSessionId, messageId });
  }

  confirm(chatSessionId: string, messageId: string): Promise<unknown> {
    return this.call("confirmProposal", { chatSessionId, messageId });
  }

  private sending({ chatId, content, requestId }: SendRequest): object {
    const session = chatId === null ? {} : { chatSessionId: chatId };
    return { workspaceId: this.workspaceId, ...session, content, requestId };
  }

  private async call<R>(name: string, request: object): Promise<R> {
    try {
      const call = httpsCallable<object, R>(this.site.functions, name, { timeout: TIMEOUT_MS });
      return (await call({ workspaceId: this.workspaceId, ...request })).data;
    } catch (error) {
      throw refusalOf(RuntimeError.from(error));
    }
  }
}

let database: Firestore | null = null;

function firestoreOf({ app, config }: Site): Firestore {
  if (database === null) {
    database = initializeFirestore(app, {});
    const address = config.emulators?.firestore;
    if (address) connectFirestoreEmulator(database, ...hostAndPort(address));
  }
  return database;
}
