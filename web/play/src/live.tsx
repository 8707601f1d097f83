/** The entry of the live page, `/play/{campaignId}`. */

import { render } from "preact";
import { Page } from "./live/page.tsx";
import "./styles/base.css";
import "./styles/wheel.css";

const root = document.getElementById("app");
if (root) render(<Page />, root);
