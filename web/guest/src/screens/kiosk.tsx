/** A visit at a kiosk: it ends when its visitor is done, or has left, and is forgotten. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { isOngoing } from "../model/activity.ts";
import type { Backend } from "../model/backend.ts";
import { currentRoute } from "../model/history.ts";
import { hasEnded, keepSilence, silence } from "../model/kiosk/forget.ts";
import { type Kiosk, onVisitEnd } from "../model/kiosk/mode.ts";
import {
  newPause,
  type Presence,
  presenceAt,
  silentSince,
  withHeld,
  withTouch,
} from "../model/kiosk/pause.ts";
import { counted, words } from "../model/words.ts";
import { Heading, Page, Problem } from "../parts/frame.tsx";
import "../styles/kiosk.css";
import "../styles/question.css";
import { entrance, leave, type OtherTabs, otherTabs } from "./kiosk-leaving.ts";

export { leaveLeftBehind } from "./kiosk-leaving.ts";

interface Props {
  kiosk: Kiosk;
  backend: Backend;
  children: ComponentChildren;
}

export function KioskScreen({ kiosk, backend, children }: Props) {
  const [isOver, setOver] = useState(false);
  const [isStranded, setStranded] = useState(false);
  const [tabs, setTabs] = useState<OtherTabs | null>(null);
  const [begin] = useState(entrance);

  useEffect(() => {
    const opened = otherTabs();
    setTabs(opened);
    opened.onLeaving(() => setOver(true));
    const stopListening = onVisitEnd(() => setOver(true));
    return () => {
      stopListening();
      opened.close();
    };
  }, []);
  useEffect(() => {
    if (!isOver) return;
    // A page that the browser has kept as it was shows nothing of the visit, and begins anew.
    const again = (event: PageTransitionEvent) => event.persisted && location.replace(begin);
    addEventListener("pageshow", again);
    void leave(backend, begin, () => setStranded(true));
    return () => removeEventListener("pageshow", again);
  }, [isOver]);

  if (isStranded) return <Problem reason="offline" />;
  if (isOver) {
    return (
      <Page phase="loading">
        <main class="kiosk-leaving" data-testid="kiosk-leaving">
          <Heading of="leaving">{words().kiosk.leaving}</Heading>
          <span class="spinner" aria-hidden="true" />
        </main>
      </Page>
    );
  }
  return (
    <>
      {children}
      {tabs ? <StillThere kiosk={kiosk} tabs={tabs} onOver={() => setOver(true)} /> : null}
    </>
  );
}

function isEntrance(): boolean {
  const { phase } = currentRoute();
  return phase === "welcome" || phase === "journey";
}

/** Trusted ones alone: the page moves the focus and scrolls by itself. */
const TOUCHES = ["pointerdown", "touchmove", "wheel", "keydown", "input", "click"];
const TICK_MS = 500;
/** The touch that answers the question ends on the question, and on nothing behind it. */
const ANSWERED_MS = 350;
/** When a screen reader is told again how much time is left. */
const TOLD_AT = [5];

interface StillThereProps {
  kiosk: Kiosk;
  tabs: OtherTabs;
  onOver(): void;
}

function StillThere({ kiosk, tabs, onOver }: StillThereProps) {
  const [presence, setPresence] = useState<Presence>({ phase: "present" });
  const pause = useRef(newPause(kiosk.pauseMs, silence() ?? (isEntrance() ? null : Date.now())));
  const dialog = useRef<HTMLDialogElement>(null);
  const isAsking = presence.phase === "warning";

  useEffect(() => {
    let answered: ReturnType<typeof setTimeout> | undefined;
    const tick = () => {
      if (hasEnded()) return onOver();
      const now = Date.now();
      pause.current = withHeld(pause.current, isOngoing("camera", "upload", "picture"), now);
      keepSilence(silentSince(pause.current, now));
      const found = presenceAt(pause.current, now);
      setPresence(found);
      if (found.phase === "over") onOver();
    };
    let keptAt = 0;
    const touch = () => {
      const now = Date.now();
      pause.current = withTouch(pause.current, now);
      // At once, for a tab that is opened or reloaded now.
      if (now - keptAt > TICK_MS) {
        keepSilence(now);
        keptAt = now;
      }
      clearTimeout(answered);
      if (dialog.current?.open) answered = setTimeout(tick, ANSWERED_MS);
    };
    const touched = (event: Event) => {
      if (!event.isTrusted) return;
      touch();
      tabs.touched();
    };
    tabs.onTouched(touch);
    const capture = { capture: true, passive: true };
    for (const type of TOUCHES) document.addEventListener(type, touched, capture);
    const timer = setInterval(() => {
      // A touch that has just answered is given its time.
      if (Date.now() - (pause.current.touchedAt ?? 0) >= ANSWERED_MS) tick();
    }, TICK_MS);
    addEventListener("pageshow", tick);
    document.addEventListener("visibilitychange", tick);
    tick();
    return () => {
      clearInterval(timer);
      clearTimeout(answered);
      for (const type of TOUCHES) document.removeEventListener(type, touched, capture);
      removeEventListener("pageshow", tick);
      document.removeEventListener("visibilitychange", tick);
    };
  }, []);

  useEffect(() => {
    if (isAsking) dialog.current?.showModal();
    else if (dialog.current?.open) dialog.current.close();
  }, [isAsking]);

  const { kiosk: texts } = words();
  const seconds = presence.phase === "warning" ? presence.secondsLeft : 0;
  return (
    <dialog
      ref={dialog}
      class="question kiosk-question"
      data-testid="kiosk-question"
      aria-labelledby="kiosk-title"
      aria-describedby="kiosk-text"
    >
      <h2 id="kiosk-title">{texts.question}</h2>
      <p class="kiosk-seconds" data-testid="kiosk-seconds" aria-hidden="true">
        {seconds}
      </p>
      <p id="kiosk-text">{texts.forgotten}</p>
      <p class="sr-only" role="status">
        {isAsking && TOLD_AT.some((at) => seconds <= at) ? counted(texts.seconds, TOLD_AT[0] ?? 0) : ""}
      </p>
      <button class="button primary" type="button" data-testid="kiosk-stay" autoFocus>
        {texts.stay}
      </button>
      <button class="button quiet" type="button" data-testid="kiosk-done" onClick={onOver}>
        {texts.done}
      </button>
    </dialog>
  );
}
