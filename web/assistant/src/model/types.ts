/** What the page uses of what is stored, as `make client` has it from the functions. */

import type { ChatMessage, ChatSessionView } from "experience-client";

export type { Proposal } from "experience-client";

export type Session = Pick<ChatSessionView, "id" | "title" | "lastMessageAt">;

export interface SessionPage {
  items: Session[];
  nextPageToken: string | null;
}

export type Message = Pick<
  ChatMessage,
  | "id"
  | "number"
  | "role"
  | "content"
  | "status"
  | "error"
  | "proposal"
  | "requestId"
  | "createdAt"
>;

/** What a send returns, as far as the page needs it. */
export interface Sent {
  session: Pick<ChatSessionView, "id">;
}
