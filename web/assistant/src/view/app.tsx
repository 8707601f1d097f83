/** From an address and an account to a workspace's chats. */

import { useEffect, useMemo, useState } from "preact/hooks";
import type { Site } from "../../../guest/src/model/connection.ts";
import { type Refusal, refusalOf } from "../../../guest/src/model/refusals.ts";
import { store } from "../../../guest/src/model/storage.ts";
import type { Chats } from "../backend/chats.ts";
import { type Account, connect, leave, watchAccount } from "../backend/connection.ts";
import { type Address, addressOf, searchOf } from "../model/address.ts";
import { Kept } from "../model/kept.ts";
import { problemWords } from "../model/words.ts";
import { Card, LoadingScreen } from "./parts/card.tsx";
import { ChatScreen } from "./chat-screen.tsx";
import { SignIn } from "./sign-in.tsx";
import { ChooseWorkspace, WorkspaceProblem } from "./workspace.tsx";

export function App() {
  const [site, setSite] = useState<Site | null>(null);
  const [account, setAccount] = useState<Account | null | undefined>(undefined);
  const [problem, setProblem] = useState<Refusal | null>(null);
  const open = () => {
    setProblem(null);
    connect().then(
      (connected) => {
        setSite(connected);
        watchAccount(connected, setAccount);
      },
      (error: unknown) => setProblem(refusalOf(error)),
    );
  };
  useEffect(open, []);
  if (problem) {
    return (
      <Card title="Not available" screen="problem">
        <p role="alert" data-testid="problem" data-reason={problem.reason}>
          {problemWords(problem, Date.now())}
        </p>
        <button type="button" class="button primary wide" data-testid="try-again" onClick={open}>
          Try again
        </button>
      </Card>
    );
  }
  if (site === null || account === undefined) return <LoadingScreen />;
  if (account === null || account.isAnonymous) {
    return <SignIn site={site} isAnonymous={account !== null} />;
  }
  return <SignedIn key={account.uid} site={site} account={account} />;
}

function SignedIn({ site, account }: { site: Site; account: Account }) {
  const kept = useMemo(() => {
    const found = new Kept(store());
    found.belongTo(account.uid);
    return found;
  }, []);
  const [address, go] = useAddress(kept);
  const [chats, setChats] = useState<Chats | null>(null);
  const [problem, setProblem] = useState<Refusal | null>(null);
  const [attempt, setAttempt] = useState(0);
  const { workspaceId, chatId } = address;
  useEffect(() => {
    let current = true;
    setChats(null);
    setProblem(null);
    if (workspaceId === null) return;
    // The database's library is larger than all the rest, and the sign-in has no need of it.
    import("../backend/chats.ts")
      .then(({ Chats }) => Chats.open(site, workspaceId))
      .then((opened) => {
        if (!current) return;
        kept.workspace = workspaceId;
        setChats(opened);
      })
      .catch((error: unknown) => current && setProblem(refusalOf(error)));
    return () => {
      current = false;
    };
  }, [workspaceId, attempt]);

  const choose = (chosen: string) => go({ workspaceId: chosen, chatId: null });
  const signOut = () => {
    kept.forgetAll();
    leave(site);
  };
  const props = { account, onChoose: choose, onLeave: signOut };
  if (workspaceId === null) return <ChooseWorkspace {...props} />;
  if (problem) {
    const retry = () => setAttempt((n) => n + 1);
    return <WorkspaceProblem {...props} {...{ workspaceId, problem }} onRetry={retry} />;
  }
  if (chats?.workspaceId !== workspaceId) return <LoadingScreen />;
  return (
    <ChatScreen
      key={workspaceId}
      chats={chats}
      kept={kept}
      account={account}
      chatId={chatId}
      onChat={(opened, replace) => go({ workspaceId, chatId: opened }, replace)}
      onOtherWorkspace={() => go({ workspaceId: null, chatId: null })}
      onLeave={signOut}
    />
  );
}

/** The address of the page, or the workspace that was opened last where it names none. */
function useAddress(kept: Kept) {
  const [address, setAddress] = useState<Address>(() => {
    const found = addressOf(location.search);
    if (found.workspaceId !== null || kept.workspace === null) return found;
    return { workspaceId: kept.workspace, chatId: null };
  });
  useEffect(() => {
    const update = () => setAddress(addressOf(location.search));
    addEventListener("popstate", update);
    return () => removeEventListener("popstate", update);
  }, []);
  const go = (next: Address, replace = false) => {
    const url = `${location.pathname}${searchOf(next)}`;
    if (url !== `${location.pathname}${location.search}`) history[replace ? "replaceState" : "pushState"](null, "", url);
    setAddress(next);
  };
  return [address, go] as const;
}
