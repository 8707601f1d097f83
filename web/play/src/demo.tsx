/** The bundle's entry: a demo whose data is in the page itself. */

import { render } from "preact";
import { campaignOf } from "./model/campaign.ts";
import { demoOutcome } from "./model/demo.ts";
import { Kept, store } from "./model/storage.ts";
import { App } from "./view/app.tsx";
import { dress } from "./view/dress.ts";
import "./styles/base.css";
import "./styles/wheel.css";

const data = document.getElementById("campaign")?.textContent ?? "";
const campaign = campaignOf(JSON.parse(data), "demo");
const root = document.getElementById("app");
dress(campaign);
if (root) {
  const random = () => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  render(
    <App
      campaign={campaign}
      kept={new Kept(store(), campaign.campaignId)}
      decide={async () => demoOutcome(campaign, random())}
      plays={Infinity}
      period={() => "demo"}
      problemOf={() => ({ reason: "unknown", details: {} })}
    />,
    root,
  );
}
