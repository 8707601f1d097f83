import { render } from "preact";
import { App } from "./app.tsx";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/screens.css";
import "./styles/photo.css";

const root = document.getElementById("app");
if (root) render(<App />, root);
