/** Which workspace it is about, and why there is none. */

import { useState } from "preact/hooks";
import type { Refusal } from "../../../guest/src/model/refusals.ts";
import type { Account } from "../backend/connection.ts";
import { isId } from "../model/address.ts";
import { problemWords } from "../model/words.ts";
import { Card } from "./parts/card.tsx";
import { useFocus } from "./parts/hooks.ts";

interface ChooseProps {
  account: Account;
  onChoose(workspaceId: string): void;
  onLeave(): void;
}

export function ChooseWorkspace({ account, onChoose, onLeave }: ChooseProps) {
  return (
    <Card title="Which workspace?" screen="workspace">
      <p>Its id is in its address, and whoever runs it knows it.</p>
      <WorkspaceForm onChoose={onChoose} />
      <SignedIn account={account} onLeave={onLeave} />
    </Card>
  );
}

interface ProblemProps extends ChooseProps {
  workspaceId: string;
  problem: Refusal;
  onRetry(): void;
}

export function WorkspaceProblem(props: ProblemProps) {
  const { account, workspaceId, problem, onChoose, onLeave, onRetry } = props;
  const isMember = problem.reason !== "not_a_member";
  return (
    <Card title={isMember ? "Not available" : "Not your workspace"} screen="problem">
      <div role="alert" data-testid="problem" data-reason={problem.reason}>
        {isMember ? (
          <p>{problemWords(problem, Date.now())}</p>
        ) : (
          <p>
            <strong>{account.email ?? "This account"}</strong> is no member of the workspace{" "}
            <strong>{workspaceId}</strong>, or there is no such workspace. Its owner can make you one.
          </p>
        )}
      </div>
      {isMember ? (
        <button type="button" class="button primary wide" data-testid="try-again" onClick={onRetry}>
          Try again
        </button>
      ) : (
        <WorkspaceForm onChoose={onChoose} />
      )}
      <SignedIn account={account} onLeave={onLeave} />
    </Card>
  );
}

function WorkspaceForm({ onChoose }: Pick<ChooseProps, "onChoose">) {
  const [id, setId] = useState("");
  const [isInvalid, setInvalid] = useState(false);
  const field = useFocus<HTMLInputElement>();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const chosen = id.trim();
        setInvalid(!isId(chosen));
        if (isId(chosen)) onChoose(chosen);
      }}
    >
      <label for="workspace">Workspace id</label>
      <input
        ref={field}
        id="workspace"
        data-testid="workspace"
        autocapitalize="none"
        autocomplete="off"
        spellcheck={false}
        required
        value={id}
        onInput={(event) => setId(event.currentTarget.value)}
      />
      {isInvalid ? (
        <p class="error" role="alert">
          An id has letters, digits, hyphens and underscores.
        </p>
      ) : null}
      <button type="submit" class="button primary wide" data-testid="choose">
        Open
      </button>
    </form>
  );
}

function SignedIn({ account, onLeave }: Pick<ChooseProps, "account" | "onLeave">) {
  return (
    <p class="signed-in">
      Signed in as {account.email ?? account.uid}.{" "}
      <button type="button" class="link" data-testid="sign-out" onClick={onLeave}>
        Sign out
      </button>
    </p>
  );
}
