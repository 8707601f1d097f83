/** The screens before the chat. */

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { Icon } from "./icons.tsx";

interface CardProps {
  title: string;
  screen: string;
  children?: ComponentChildren;
}

export function Card({ title, screen, children }: CardProps) {
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <main class="card-screen" data-testid="assistant" data-screen={screen}>
      <div class="card">
        <span class="card-mark">
          <Icon name="spark" />
        </span>
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}

export function LoadingScreen() {
  return (
    <main class="card-screen" aria-busy="true" data-testid="assistant" data-screen="loading">
      <p class="sr-only" role="status">
        Loading …
      </p>
      <span class="spinner" />
    </main>
  );
}
