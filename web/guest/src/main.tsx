import { render } from "preact";
import { App } from "./app.tsx";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/screens.css";
import "./styles/photo.css";

const place = document.getElementById("app");
if (place) render(<App />, place);
