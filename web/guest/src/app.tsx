/** From an address to a screen: connect, open the project's door, show the phase. */

import { useEffect, useState } from "preact/hooks";
import { currentRoute, onMove, visitId } from "./history.ts";
import { type Backend, connect } from "./model/backend.ts";
import { type Refusal, refusalOf } from "./model/refusals.ts";
import type { Route } from "./model/routes.ts";
import { fontOf, paletteOf } from "./model/theme.ts";
import { entry, keepEntry } from "./model/storage.ts";
import type { Project, Theme } from "./model/types.ts";
import { Loading, Page, Problem } from "./parts/frame.tsx";
import { PhaseScreen } from "./screens/phase.tsx";
import { ShareScreen } from "./screens/share.tsx";
import { Welcome } from "./screens/welcome.tsx";

export interface Door {
  backend: Backend;
  project: Project;
  /** The guest is known to the project and has agreed to what it asks. */
  inside: boolean;
}

let connection: Promise<Backend> | null = null;

function connected(): Promise<Backend> {
  connection ??= connect().catch((error: unknown) => {
    connection = null;
    throw error;
  });
  return connection;
}

async function open(projectId: string): Promise<Door> {
  const backend = await connected();
  const before = entry(projectId, backend.uid);
  const [project, inside] = await Promise.all([
    backend.calls.getProject({ projectId }),
    before === null ? false : enter(backend, projectId, before),
  ]);
  // Whoever comes to the welcome enters with their first choice, and not before they made one.
  const mayEnter = !inside && !project.consent && currentRoute().phase !== "welcome";
  return { backend, project, inside: inside || (mayEnter && (await enter(backend, projectId, ""))) };
}

/** Be a guest of the project; false where it asks for a consent that was not given yet. */
export async function enter(
  { calls, uid }: Backend,
  projectId: string,
  consentVersion: string,
): Promise<boolean> {
  try {
    await calls.ensureGuest({ projectId, ...(consentVersion ? { consentVersion } : {}) });
  } catch (error) {
    if (refusalOf(error).reason === "consent_required") return false;
    throw error;
  }
  keepEntry(projectId, uid, consentVersion);
  return true;
}

export function App() {
  const [route, setRoute] = useState(currentRoute);
  const [door, setDoor] = useState<Door | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [tries, setTries] = useState(0);
  const projectId = route.phase === "none" ? null : route.projectId;

  useEffect(() => onMove(() => setRoute(currentRoute())), []);
  useEffect(() => {
    if (projectId === null) return;
    let current = true;
    setDoor(null);
    setRefusal(null);
    open(projectId).then(
      (opened) => {
        if (!current) return;
        wear(opened.project.theme);
        document.title = opened.project.name;
        setDoor(opened);
      },
      (error: unknown) => current && setRefusal(refusalOf(error)),
    );
    return () => {
      current = false;
    };
  }, [projectId, tries]);
  useEffect(() => {
    if (!refusal?.passes) return;
    const again = () => setTries((n) => n + 1);
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, [refusal]);

  if (projectId === null) return <Problem reason="none" />;
  if (refusal) {
    return <Problem reason={refusal.reason} onRetry={() => setTries((n) => n + 1)} />;
  }
  if (door === null || door.project.id !== projectId) return <Loading />;
  const step = (inside: boolean) => () => setDoor({ ...door, inside });
  return <Screen route={route} door={door} onEnter={step(true)} onLeave={step(false)} />;
}

interface ScreenProps {
  route: Route;
  door: Door;
  onEnter(): void;
  onLeave(): void;
}

function Screen({ route, door, onEnter, onLeave }: ScreenProps) {
  if (route.phase === "none") return null;
  if (route.phase === "welcome" || !door.inside) {
    return (
      <Page phase="welcome">
        <Welcome key="welcome" door={door} onEnter={onEnter} />
      </Page>
    );
  }
  if (route.phase === "share") {
    return (
      <Page phase="share">
        <ShareScreen key={route.mainSessionId} door={door} sessionId={route.mainSessionId} />
      </Page>
    );
  }
  return (
    <Page phase={route.phase}>
      <PhaseScreen
        key={`${route.phase}:${visitId()}`}
        route={route}
        door={door}
        onOutside={onLeave}
      />
    </Page>
  );
}

/** Dress the page in the project's colours. Values are computed, never taken over as text. */
function wear(theme: Theme | null): void {
  const { style } = document.documentElement;
  const palette = paletteOf(theme);
  for (const [name, value] of Object.entries(palette)) {
    style.setProperty(`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, value);
  }
  const font = fontOf(theme);
  if (font) style.setProperty("--font", `"${font}", var(--system-font)`);
  document.querySelector('meta[name="theme-color"]')?.setAttribute("content", palette.page);
}
