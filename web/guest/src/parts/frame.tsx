/** What all screens share: page, header, loading state, problems. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Route } from "../model/routes.ts";
import { pictureUrl } from "../model/theme.ts";
import { nameScreen } from "../model/title.ts";
import type { Venue } from "../model/types.ts";
import { comeBack, problemWords, words } from "../model/words.ts";
import { Icon } from "./icons.tsx";

interface PageProps {
  phase: "loading" | "problem" | Exclude<Route["phase"], "none">;
  children: ComponentChildren;
}

export function Page({ phase, children }: PageProps) {
  return (
    <div class="page" data-testid="page" data-phase={phase}>
      {children}
    </div>
  );
}

/** The logo of the project or the event, or its name. */
export function Brand({ venue }: { venue: Venue }) {
  const logo = pictureUrl(venue.theme?.logoUrl);
  const [broken, setBroken] = useState(false);
  if (logo === null || broken) return <span class="brand-name" dir="auto">{venue.name}</span>;
  return <img class="brand-logo" src={logo} alt={venue.name} onError={() => setBroken(true)} />;
}

/** The id of a screen's heading, which names its group of choices too. */
export const HEADING = "heading";

/**
 * The heading of a screen, which is in the document's title too. It takes the focus when it appears and
 * when `of` changes. It does so before the browser paints: later it would take the focus from a control
 * that a quick guest has reached.
 */
export function Heading({ of, children }: { of: string; children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, [of]);
  useLayoutEffect(() => nameScreen(heading.current?.textContent ?? ""));
  useLayoutEffect(() => () => nameScreen(""), []);
  return (
    <h1 id={HEADING} ref={heading} tabIndex={-1} dir="auto">
      {children}
    </h1>
  );
}

export function Loading() {
  return (
    <Page phase="loading">
      <Skeleton />
    </Page>
  );
}

/** A placeholder in the shape of a screen. */
export function Skeleton() {
  return (
    <main class="skeleton">
      <p class="sr-only" role="status">
        {words().page.loading}
      </p>
      <span class="bone bone-title" />
      <span class="bone bone-line" />
      <span class="bone bone-card" />
      <span class="bone bone-card" />
    </main>
  );
}

interface ProblemProps {
  reason: string;
  retryAfterSeconds?: number | null;
  onRetry?(): void;
  onStartAgain?(): void;
  /** Load the page again: it may be older than what it has to show. */
  onReload?(): void;
  /** Go on without what it cannot show. */
  onGoOn?(): void;
  /** What is no part of the alert. */
  children?: ComponentChildren;
}

/** A whole page for a problem. */
export function Problem(props: ProblemProps) {
  return (
    <Page phase="problem">
      <ProblemCard {...props} />
    </Page>
  );
}

export function ProblemCard(props: ProblemProps) {
  const { reason, retryAfterSeconds, onRetry, onStartAgain, onReload, onGoOn, children } = props;
  const { title, text } = problemWords(reason);
  const { page, step } = words();
  return (
    <main class="problem-screen">
      <div class="problem" data-testid="problem" data-reason={reason} role="alert">
        <span class="problem-mark">
          <Icon name={reason === "offline" ? "cloud" : "spark"} />
        </span>
        <Heading of={reason}>{title}</Heading>
        <p>{text}</p>
        {retryAfterSeconds ? <p>{comeBack(retryAfterSeconds)}</p> : null}
        {onStartAgain ? (
          <button
            class="button primary"
            type="button"
            data-testid="start-again"
            onClick={onStartAgain}
          >
            {page.startAgain}
          </button>
        ) : null}
        {onRetry ? (
          <button
            class={`button ${onStartAgain ? "quiet" : "primary"}`}
            type="button"
            data-testid="try-again"
            onClick={onRetry}
          >
            {page.tryAgain}
          </button>
        ) : null}
        {onReload ? (
          <button class="button primary" type="button" data-testid="reload" onClick={onReload}>
            {page.loadAgain}
          </button>
        ) : null}
        {onGoOn ? (
          <button class="button quiet" type="button" data-testid="go-on" onClick={onGoOn}>
            {step.goOnWithout}
          </button>
        ) : null}
      </div>
      {children}
    </main>
  );
}
