/** The chats of one person in one workspace. Loaded once somebody is signed in. */

import { type Client, createClient, paths } from "experience-client";
import {
  collection,
  doc,
  type Firestore,
  getDoc,
  initializeFirestore,
  limitToLast,
  onSnapshot,
  orderBy,
  query,
} from "firebase/firestore";
import { firestoreSettings } from "../../../guest/src/model/addresses.ts";
import type { Site } from "../../../guest/src/model/connection.ts";
import { Refusal, refusalOf } from "../../../guest/src/model/refusals.ts";
import type { ConversationBackend, SendRequest } from "../model/conversation.ts";
import type { Message, Sent, Session, SessionPage } from "../model/types.ts";

const TIMEOUT_MS = 30_000;

export class Chats implements ConversationBackend {
  private constructor(
    private readonly client: Client,
    private readonly database: Firestore,
    readonly workspaceId: string,
    readonly workspaceName: string,
  ) {}

  /** The chats of a member. One read. Throws `Refusal`: `not_a_member` also where there is nothing. */
  static async open(site: Site, workspaceId: string): Promise<Chats> {
    const database = firestoreOf(site);
    // All but a streamed send is repeated by the client; of that one the page shows that it failed.
    const { functions, limitedUseTokens } = site;
    const client = createClient(functions, { attempts: 3, timeoutMs: TIMEOUT_MS, limitedUseTokens });
    const reference = doc(database, "workspaces", workspaceId);
    try {
      const name = String((await getDoc(reference)).get("name") ?? workspaceId);
      return new Chats(client, database, workspaceId, name);
    } catch (error) {
      const { reason } = refusalOf(error);
      throw reason === "permission-denied"
        ? new Refusal("not_a_member")
        : new Refusal("offline", {}, true);
    }
  }

  list(pageToken: string | null): Promise<SessionPage> {
    return refused(this.client.listChatSessions({ ...this.workspace, pageToken }));
  }

  rename(chatSessionId: string, title: string): Promise<Session> {
    return refused(this.client.renameChatSession({ ...this.workspace, chatSessionId, title }));
  }

  delete(chatSessionId: string): Promise<unknown> {
    return refused(this.client.deleteChatSession({ ...this.workspace, chatSessionId }));
  }

  watch(
    chatId: string,
    limit: number,
    onMessages: (messages: Message[]) => void,
    onError: (reason: string) => void,
  ): () => void {
    const path = `${paths.chatSession(this.workspaceId, chatId)}/chatMessages`;
    const last = query(collection(this.database, path), orderBy("number"), limitToLast(limit));
    return onSnapshot(
      last,
      ({ docs }) => onMessages(docs.map((each) => each.data() as Message)),
      ({ code }) => onError(code === "permission-denied" ? "chat_session_not_found" : "not_followed"),
    );
  }

  async send(request: SendRequest, onDelta: (delta: string) => void): Promise<Sent> {
    try {
      const { stream, data } = await this.client.sendChatMessage.stream(this.sending(request));
      for await (const { delta } of stream) onDelta(delta);
      return await data;
    } catch (error) {
      throw refusalOf(error);
    }
  }

  find(request: SendRequest): Promise<Sent> {
    return refused(this.client.sendChatMessage(this.sending(request)));
  }

  stop(chatSessionId: string, messageId: string): Promise<unknown> {
    return refused(this.client.stopChatMessage({ ...this.workspace, chatSessionId, messageId }));
  }

  confirm(chatSessionId: string, messageId: string): Promise<unknown> {
    return refused(this.client.confirmProposal({ ...this.workspace, chatSessionId, messageId }));
  }

  private get workspace() {
    return { workspaceId: this.workspaceId };
  }

  private sending({ chatId, content, requestId }: SendRequest) {
    return { ...this.workspace, chatSessionId: chatId, content, requestId };
  }
}

/** What a call returns. Throws `Refusal`. */
function refused<R>(call: Promise<R>): Promise<R> {
  return call.catch((error: unknown) => {
    throw refusalOf(error);
  });
}

let database: Firestore | null = null;

function firestoreOf({ app, config }: Site): Firestore {
  if (database === null) {
    database = initializeFirestore(app, firestoreSettings(config));
  }
  return database;
}
