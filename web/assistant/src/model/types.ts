/** What the page knows of the stored documents. */

export interface Session {
  id: string;
  title: string;
  lastMessageAt: number;
  createdAt: number;
}

export interface Proposal {
  tool: string;
  arguments: Record<string, unknown>;
  summary: string;
  /** Unix ms. */
  expiresAt: number;
  status: "open" | "confirmed" | "failed";
  result: string | null;
}

export interface Message {
  id: string;
  /** From 1 within its chat, without gaps. */
  number: number;
  role: "user" | "assistant";
  content: string;
  status: "streaming" | "complete" | "failed" | "stopped";
  error: { code: string; message: string } | null;
  proposal: Proposal | null;
  /** Of the call that stored it; only the user's messages have one. */
  requestId: string | null;
  createdAt: number;
}

export interface SessionPage {
  items: Session[];
  nextPageToken: string | null;
}

/** What `sendChatMessage` returns, as far as the page needs it. */
export interface Sent {
  session: { id: string };
}
