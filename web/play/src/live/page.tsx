/** The live page: from an address to a campaign, or to why there is none. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { refusalOf } from "../../../guest/src/model/refusals.ts";
import { pauseAfter } from "../../../guest/src/model/waiting.ts";
import {
  campaignIdOf,
  entranceOf,
  type LiveCampaign,
  missingOf,
  obstacleOf,
  noticeOf,
  periodOf,
} from "../model/live.ts";
import type { Problem } from "../model/machine.ts";
import { Kept, store } from "../model/storage.ts";
import { problemWords, textsOf } from "../model/texts.ts";
import { App, type Decide } from "../view/app.tsx";
import { dress } from "../view/dress.ts";
import { useMoment } from "../view/moment.ts";
import { type Backend, connect, load, play } from "./backend.ts";

const SLOW_MS = 3000;

export function Page() {
  const campaignId = campaignIdOf(location.pathname);
  const [backend, setBackend] = useState<Backend | null>(null);
  const [live, setLive] = useState<LiveCampaign | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  const failures = useRef(0);

  /** What it shows stays until it is known to be otherwise, so that nothing is announced twice. */
  const reopen = async () => {
    try {
      if (campaignId === null) return setProblem({ reason: "campaign_not_found", details: {} });
      const connected = backend ?? (await connect());
      setBackend(connected);
      show(await load(connected, campaignId));
      setProblem(null);
    } catch (error) {
      failures.current += 1;
      setProblem(problemOf(error));
    }
  };
  const open = () => {
    setProblem(null);
    return reopen();
  };
  const show = (loaded: LiveCampaign) => {
    dress(loaded.campaign);
    setLive(loaded);
  };
  useEffect(() => {
    open();
  }, []);
  useEffect(() => {
    const pause = problem && pauseAfter(problem.reason, failures.current);
    if (pause === null) return;
    const timer = setTimeout(reopen, pause);
    addEventListener("online", reopen);
    return () => {
      clearTimeout(timer);
      removeEventListener("online", reopen);
    };
  }, [problem]);

  if (problem) return <Problem problem={problem} onRetry={open} />;
  if (backend === null || live === null || campaignId === null) return <Loading />;
  return <Playing backend={backend} live={live} onChange={show} />;
}

interface PlayingProps {
  backend: Backend;
  live: LiveCampaign;
  onChange: (live: LiveCampaign) => void;
}

function Playing({ backend, live, onChange }: PlayingProps) {
  const entrance = useMemo(() => entranceOf(location.search), []);
  const kept = useMemo(() => new Kept(store(), live.campaign.campaignId), []);
  const texts = textsOf(live.campaign.locale);
  const { opensAt, closesAt } = live.window;
  const now = Date.now();
  useMoment(now < opensAt ? opensAt : closesAt);
  /** What the server said holds even if this fails. */
  const reload = () =>
    load(backend, live.campaign.campaignId).then(onChange, () => {});
  const decide: Decide = async (number, onSlow) => {
    const missing = missingOf(live, entrance);
    if (missing) throw missing;
    const slow = setTimeout(onSlow, SLOW_MS);
    try {
      const outcome = await play(backend, live, entrance, number);
      // An editor changed the wheel since the page was opened.
      if (!live.campaign.segments.some(({ id }) => id === outcome.segmentId)) await reload();
      return outcome;
    } catch (error) {
      // The new terms are in the document, as is the time when it opens.
      if (problemOf(error).reason === "terms_required") await reload();
      throw error;
    } finally {
      clearTimeout(slow);
    }
  };
  return (
    <App
      campaign={live.campaign}
      kept={kept}
      decide={decide}
      plays={live.limit.plays}
      period={() => periodOf(live, entrance, Date.now())}
      notice={noticeOf(live, texts, now)}
      obstacle={obstacleOf(live, entrance)}
      problemOf={problemOf}
    />
  );
}

function problemOf(error: unknown): Problem {
  const { reason, details } = error instanceof Error ? refusalOf(error) : (error as Problem);
  return { reason, details };
}

function Loading() {
  return (
    <main aria-busy="true" data-testid="play" data-phase="loading">
      <p class="sr-only">{textsOf(navigator.language).loading}</p>
    </main>
  );
}

function Problem({ problem, onRetry }: { problem: Problem; onRetry: () => void }) {
  const texts = textsOf(navigator.language);
  const { title, text } = problemWords(texts, problem.reason);
  return (
    <main data-testid="play" data-phase="problem">
      <section class="card result" role="alert" data-testid="problem" data-reason={problem.reason}>
        <h1>{title}</h1>
        <p>{text}</p>
        <button type="button" class="cta" data-testid="try-again" onClick={onRetry}>
          {texts.tryAgain}
        </button>
      </section>
    </main>
  );
}
