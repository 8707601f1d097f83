// Compiled, and never run: what the types allow for callables that stream, and for others.

import type { ChatDelta, Client } from "../src/index.js";

export async function ask(client: Client): Promise<string> {
  const request = { workspaceId: "w", content: "How many guests today?" };
  const signal = AbortSignal.timeout(60_000);
  const { stream, data } = await client.sendChatMessage.stream(request, { signal });
  let text = "";
  for await (const chunk of stream) {
    const known: ChatDelta = chunk;
    text += known.delta;
    // @ts-expect-error a chunk has no other fields
    text += chunk.content;
  }
  const { assistantMessage } = await data;
  const { assistantMessage: plain } = await client.sendChatMessage(request);
  // @ts-expect-error the request has its fields in a stream too
  await client.sendChatMessage.stream({ workspaceId: "w" });
  // @ts-expect-error what it returns is never a chunk
  await client.getGuest.stream({ projectId: "p" });
  return text || assistantMessage.content || plain.content;
}
