/** What an address opens: `/assistant?workspace={w}`, and within it `&chat={c}`. */

export interface Address {
  workspaceId: string | null;
  /** null for a chat that has not begun. */
  chatId: string | null;
}

// The database reserves names between double underscores.
const ID = /^(?!__.*__$)[A-Za-z0-9_-]{1,128}$/;

export function isId(text: string): boolean {
  return ID.test(text);
}

export function addressOf(search: string): Address {
  const query = new URLSearchParams(search);
  const id = (name: string) => {
    const value = query.get(name)?.trim() ?? "";
    return isId(value) ? value : null;
  };
  const workspaceId = id("workspace");
  return { workspaceId, chatId: workspaceId && id("chat") };
}

export function searchOf({ workspaceId, chatId }: Address): string {
  if (workspaceId === null) return "";
  const query = new URLSearchParams({ workspace: workspaceId });
  if (chatId !== null) query.set("chat", chatId);
  return `?${query}`;
}
