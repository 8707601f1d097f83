import { render } from "preact";
import { App } from "./view/app.tsx";
import "./styles/base.css";
import "./styles/messages.css";
import "./styles/chat.css";

const root = document.getElementById("app");
if (root) render(<App />, root);
