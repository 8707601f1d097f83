import { useState } from "preact/hooks";
import type { Site } from "../../../guest/src/model/connection.ts";
import { refusalOf } from "../../../guest/src/model/refusals.ts";
import { signIn } from "../backend/connection.ts";
import { signInWords } from "../model/words.ts";
import { Card } from "./parts/card.tsx";
import { useFocus } from "./parts/hooks.ts";

/** Whoever is signed in without an address, as guests are, is told so. */
export function SignIn({ site, isAnonymous }: { site: Site; isAnonymous: boolean }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const first = useFocus<HTMLInputElement>();
  const submit = async () => {
    if (isBusy) return;
    setBusy(true);
    setProblem(null);
    try {
      await signIn(site, email, password);
    } catch (error) {
      setProblem(refusalOf(error).reason);
      setBusy(false);
    }
  };
  return (
    <Card title="Sign in to the assistant" screen="sign-in">
      {isAnonymous ? (
        <p class="notice" data-testid="anonymous">
          You are here as a guest. The assistant is for the people who run a workspace, so sign in
          with their account.
        </p>
      ) : (
        <p>It answers questions about a workspace and helps to run it.</p>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <label for="email">E-mail</label>
        <input
          ref={first}
          id="email"
          data-testid="email"
          type="email"
          autocomplete="username"
          required
          value={email}
          onInput={(event) => setEmail(event.currentTarget.value)}
        />
        <label for="password">Password</label>
        <input
          id="password"
          data-testid="password"
          type="password"
          autocomplete="current-password"
          required
          value={password}
          onInput={(event) => setPassword(event.currentTarget.value)}
        />
        {problem ? (
          <p class="error" role="alert" data-testid="sign-in-problem" data-reason={problem}>
            {signInWords(problem)}
          </p>
        ) : null}
        <button
          type="submit"
          class="button primary wide"
          data-testid="sign-in"
          aria-disabled={isBusy}
        >
          {isBusy ? "Signing in …" : "Sign in"}
        </button>
      </form>
    </Card>
  );
}
