/** From an address to a screen: open the project or the event, and show where its guest is. */

import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Backend } from "./model/backend.ts";
import { currentRoute, onRouteChange, sessionRequestId } from "./model/history.ts";
import { currentKiosk, kioskOf, setKiosk } from "./model/kiosk/mode.ts";
import { speak } from "./model/language.ts";
import { Later } from "./model/later.ts";
import { Refusal, refusalOf } from "./model/refusals.ts";
import type { Route } from "./model/routes.ts";
import { fontOf, paletteOf } from "./model/theme.ts";
import { nameVenue } from "./model/title.ts";
import { translatedVenue } from "./model/translations.ts";
import type { Venue } from "./model/types.ts";
import { openEvent, openVisit, type VisitContext } from "./model/visit.ts";
import { pauseAfter } from "./model/waiting.ts";
import { currentTag, onWordsChange } from "./model/words.ts";
import { Loading, Page, Problem } from "./parts/frame.tsx";
import { Waiting } from "./parts/waiting.tsx";
import { EventScreen } from "./screens/event.tsx";
import { AfterWelcome } from "./screens/later.tsx";
import { Welcome } from "./screens/welcome.tsx";

export function App() {
  const [route, setRoute] = useState(currentRoute);
  const [, redraw] = useState(0);
  useEffect(() => onRouteChange(() => setRoute(currentRoute())), []);
  useEffect(() => onWordsChange(() => redraw((n) => n + 1)), []);
  if (route.phase === "none") return <Problem reason="none" />;
  if (route.phase === "journey") return <EventApp key={route.eventId} route={route} />;
  return <ProjectApp key={route.projectId} route={route} />;
}

function EventApp({ route }: { route: Extract<Route, { phase: "journey" }> }) {
  const opening = useOpening(() => openEvent(route.eventId), ({ event }) => event);
  const context = opening.opened;
  const event = useTranslated(context?.event);
  if (!context || !event) return <Opening {...opening} />;
  return atKiosk(
    context.backend,
    <EventScreen context={{ ...context, event }} experienceId={route.experienceId} />,
  );
}

function ProjectApp({ route }: { route: ProjectRoute }) {
  const opening = useOpening(() => openVisit(route.projectId), ({ project }) => project);
  const { opened: visit, setOpened: setVisit } = opening;
  const project = useTranslated(visit?.project);
  useEffect(() => {
    if (!visit || route.phase !== "welcome") return;
    const send = () => void sendLeft(visit.backend);
    const timer = setTimeout(send, SEND_LEFT_AFTER_MS);
    addEventListener("online", send);
    return () => {
      clearTimeout(timer);
      removeEventListener("online", send);
    };
  }, [visit?.backend, route.phase]);
  if (!visit || !project) return <Opening {...opening} />;
  const setEntered = (entered: boolean) => () => setVisit({ ...visit, entered });
  return atKiosk(
    visit.backend,
    <Screen
      route={route}
      visit={{ ...visit, project }}
      onEnter={setEntered(true)}
      onGuestRequired={setEntered(false)}
    />,
  );
}

/** A project or an event in the language of the visit, whose page then has its name and its look. */
function useTranslated<V extends Venue>(venue: V | undefined): V | undefined {
  const tag = currentTag();
  const translated = useMemo(() => venue && translatedVenue(venue, tag), [venue, tag]);
  useEffect(() => {
    if (translated) return showVenue(translated);
  }, [translated]);
  return translated;
}

interface OpeningState<T> {
  opened: T | null;
  setOpened(changed: T): void;
  refusal: Refusal | null;
  /** When it is opened again by itself, in Unix milliseconds; null while it is, and if it is not. */
  retryAt: number | null;
  retry(): void;
}

/**
 * Open what an address names, in a language of its venue. Where that fails for what passes, open it
 * again after a pause, and as soon as the network is back.
 */
function useOpening<T extends { backend: Backend }>(
  open: () => Promise<T>,
  venueOf: (opened: T) => Venue,
): OpeningState<T> {
  const [opened, setOpened] = useState<T | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [attempts, setAttempts] = useState(0);
  const [retryAt, setRetryAt] = useState<number | null>(null);
  const failures = useRef(0);
  const again = () => setAttempts((n) => n + 1);
  const retry = () => {
    setRefusal(null);
    again();
  };
  useEffect(() => {
    let current = true;
    setRetryAt(null);
    const openAndSpeak = async () => {
      const found = await open();
      await beginAtKiosk(found.backend, venueOf(found));
      // Where its words do not arrive the visit goes on in the language that is there.
      await speak(venueOf(found).locales).catch(() => {});
      return found;
    };
    openAndSpeak().then(
      (found) => {
        registerLater();
        if (current) setOpened(found);
      },
      (error: unknown) => {
        if (!current) return;
        const refused = refusalOf(error);
        failures.current += 1;
        const pause = pauseAfter(refused.reason, failures.current);
        setRefusal(refused);
        setRetryAt(pause === null ? null : Date.now() + pause);
      },
    );
    return () => {
      current = false;
    };
  }, [attempts]);
  useEffect(() => {
    if (!refusal?.isTransient) return;
    // The problem stays in sight meanwhile: to a screen reader each one that appears is an alert.
    addEventListener("online", again);
    // Where a browser has this, it tells of the way from Wi-Fi to mobile data.
    const { connection } = navigator as { connection?: EventTarget };
    connection?.addEventListener("change", again);
    return () => {
      removeEventListener("online", again);
      connection?.removeEventListener("change", again);
    };
  }, [refusal]);
  useEffect(() => {
    if (retryAt === null) return;
    const timer = setTimeout(again, retryAt - Date.now());
    return () => clearTimeout(timer);
  }, [retryAt]);
  return { opened, setOpened, refusal, retryAt, retry };
}

/** What the worker fetches competes with nothing that the first screen needs. */
const REGISTER_AFTER_MS = 2_000;
let isRegistering = false;

/** Have the service worker open this page without a network from now on. */
function registerLater(): void {
  if (isRegistering) return;
  isRegistering = true;
  setTimeout(async () => {
    try {
      const { registerWorker } = await import("./offline/registration.ts");
      await registerWorker();
    } catch {
      // Without a worker the page needs the network to open.
    }
  }, REGISTER_AFTER_MS);
}

const SEND_LEFT_AFTER_MS = 4_000;
const MAX_SENDING_MS = 30_000;

let sending: Promise<void> | null = null;

/** Send what an earlier visit to a session could not, as its screens do while they are open. */
function sendLeft(backend: Backend): Promise<void> {
  sending ??= sendOnceOrLater(backend).finally(() => {
    sending = null;
  });
  return sending;
}

async function sendOnceOrLater(backend: Backend): Promise<void> {
  try {
    const { sendUnsent } = await import("./media/unsent.ts");
    await sendUnsent(backend, Date.now() + MAX_SENDING_MS);
  } catch {
    // It is sent when the session is opened, or the network is back.
  }
}

const KIOSK = new Later(() => import("./screens/kiosk.tsx"));

/** Where the venue or the address makes this page a kiosk, begin with a new visitor. */
async function beginAtKiosk(backend: Backend, venue: Venue): Promise<void> {
  const kiosk = kioskOf(location.search, venue.kiosk);
  setKiosk(kiosk);
  if (kiosk === null) return;
  const { leaveLeftBehind } = await KIOSK.load().catch(() => {
    throw new Refusal("offline", {}, true);
  });
  await leaveLeftBehind(kiosk, backend);
}

function atKiosk(backend: Backend, screen: ComponentChildren) {
  const kiosk = currentKiosk();
  if (kiosk === null || KIOSK.loaded === null) return <>{screen}</>;
  const { KioskScreen } = KIOSK.loaded;
  return (
    <KioskScreen kiosk={kiosk} backend={backend}>
      {screen}
    </KioskScreen>
  );
}

function Opening({ refusal, retryAt, retry }: Omit<OpeningState<unknown>, "opened" | "setOpened">) {
  if (!refusal) return <Loading />;
  const waiting = refusal.isTransient ? <Waiting until={retryAt} /> : null;
  return (
    <Problem reason={refusal.reason} onRetry={retry}>
      {waiting}
    </Problem>
  );
}

type ProjectRoute = Exclude<Route, { phase: "none" | "journey" }>;

interface ScreenProps {
  route: ProjectRoute;
  visit: VisitContext;
  onEnter(): void;
  onGuestRequired(): void;
}

function Screen({ route, visit, onEnter, onGuestRequired }: ScreenProps) {
  if (route.phase === "welcome" || !visit.entered) {
    return (
      <Page phase="welcome">
        <Welcome key="welcome" visit={visit} onEnter={onEnter} />
      </Page>
    );
  }
  if (route.phase === "share") {
    return (
      <Page phase="share">
        <AfterWelcome>
          {({ ShareScreen }) => (
            <ShareScreen key={route.mainSessionId} visit={visit} sessionId={route.mainSessionId} />
          )}
        </AfterWelcome>
      </Page>
    );
  }
  return (
    <Page phase={route.phase}>
      <AfterWelcome>
        {({ PhaseScreen }) => (
          <PhaseScreen
            key={`${route.phase}:${sessionRequestId()}`}
            route={route}
            visit={visit}
            onGuestRequired={onGuestRequired}
          />
        )}
      </AfterWelcome>
    </Page>
  );
}

const DARK = matchMedia("(prefers-color-scheme: dark)");

/** Show whose page this is. Colours are computed, never copied from the theme as text. */
function showVenue({ name, theme = null }: Venue): () => void {
  nameVenue(name);
  const { style } = document.documentElement;
  const paint = () => {
    for (const [colour, value] of Object.entries(paletteOf(theme, DARK.matches ? "dark" : "light"))) {
      style.setProperty(`--${colour.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, value);
    }
  };
  paint();
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    meta.content = paletteOf(theme, meta.media.includes("dark") ? "dark" : "light").page;
  }
  const font = fontOf(theme);
  if (font) style.setProperty("--font", `"${font}", var(--system-font)`);
  DARK.addEventListener("change", paint);
  return () => DARK.removeEventListener("change", paint);
}
