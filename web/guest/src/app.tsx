/** From an address to a screen: open the project and show the phase. */

import { useEffect, useState } from "preact/hooks";
import { currentRoute, onRouteChange, sessionRequestId } from "./model/history.ts";
import { type Refusal, refusalOf } from "./model/refusals.ts";
import type { Route } from "./model/routes.ts";
import { fontOf, paletteOf } from "./model/theme.ts";
import type { Theme } from "./model/types.ts";
import { openVisit, type VisitContext } from "./model/visit.ts";
import { Loading, Page, Problem } from "./parts/frame.tsx";
import { PhaseScreen } from "./screens/phase.tsx";
import { ShareScreen } from "./screens/share.tsx";
import { Welcome } from "./screens/welcome.tsx";

export function App() {
  const [route, setRoute] = useState(currentRoute);
  const [visit, setVisit] = useState<VisitContext | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [attempts, setAttempts] = useState(0);
  const projectId = route.phase === "none" ? null : route.projectId;

  useEffect(() => onRouteChange(() => setRoute(currentRoute())), []);
  useEffect(() => {
    if (projectId === null) return;
    let current = true;
    setVisit(null);
    setRefusal(null);
    openVisit(projectId).then(
      (opened) => {
        if (!current) return;
        applyTheme(opened.project.theme);
        document.title = opened.project.name;
        setVisit(opened);
      },
      (error: unknown) => current && setRefusal(refusalOf(error)),
    );
    return () => {
      current = false;
    };
  }, [projectId, attempts]);
  useEffect(() => {
    if (!refusal?.isTransient) return;
    const retry = () => setAttempts((n) => n + 1);
    addEventListener("online", retry);
    return () => removeEventListener("online", retry);
  }, [refusal]);

  if (projectId === null) return <Problem reason="none" />;
  if (refusal) {
    return <Problem reason={refusal.reason} onRetry={() => setAttempts((n) => n + 1)} />;
  }
  if (visit === null || visit.project.id !== projectId) return <Loading />;
  const setEntered = (entered: boolean) => () => setVisit({ ...visit, entered });
  return (
    <Screen
      route={route}
      visit={visit}
      onEnter={setEntered(true)}
      onGuestRequired={setEntered(false)}
    />
  );
}

interface ScreenProps {
  route: Route;
  visit: VisitContext;
  onEnter(): void;
  onGuestRequired(): void;
}

function Screen({ route, visit, onEnter, onGuestRequired }: ScreenProps) {
  if (route.phase === "none") return null;
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
        <ShareScreen key={route.mainSessionId} visit={visit} sessionId={route.mainSessionId} />
      </Page>
    );
  }
  return (
    <Page phase={route.phase}>
      <PhaseScreen
        key={`${route.phase}:${sessionRequestId()}`}
        route={route}
        visit={visit}
        onGuestRequired={onGuestRequired}
      />
    </Page>
  );
}

/** Apply the project's theme. Colours are computed, never copied from the project as text. */
function applyTheme(theme: Theme | null): void {
  const { style } = document.documentElement;
  const palette = paletteOf(theme);
  for (const [name, value] of Object.entries(palette)) {
    style.setProperty(`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, value);
  }
  const font = fontOf(theme);
  if (font) style.setProperty("--font", `"${font}", var(--system-font)`);
  document.querySelector('meta[name="theme-color"]')?.setAttribute("content", palette.page);
}
