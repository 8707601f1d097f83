import { render } from "preact";
import { App } from "./app.tsx";
import { speak } from "./model/language.ts";
import { words } from "./model/words.ts";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/screens.css";
import "./styles/photo.css";
import "./styles/layout.css";

const RELOAD_AFTER_MS = 3_000;

const root = document.getElementById("app");
speak().then(() => {
  document.title = words().page.title;
  if (root) render(<App />, root);
}, reloadWhenOnline);

/** Nothing can be said without words, and a browser may remember that a module did not arrive. */
function reloadWhenOnline(): void {
  if (navigator.onLine) setTimeout(() => location.reload(), RELOAD_AFTER_MS);
  else addEventListener("online", () => location.reload());
}
