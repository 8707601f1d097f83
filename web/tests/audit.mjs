// What axe finds wrong with a screen.

import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
let axe;

/** The serious and critical violations that axe finds, once no animation runs. */
export async function violations(page) {
  axe ??= await readFile(AXE, "utf8");
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const changes = ({ playState, effect }) =>
      playState === "running" && effect?.getComputedTiming().endTime !== Infinity;
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    for (;;) {
      await frame(); // a change of colours is painted in one
      await frame(); // and has begun its transitions in the next
      const running = document.getAnimations().filter(changes);
      if (running.length === 0) break;
      await Promise.allSettled(running.map(({ finished }) => finished));
    }
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
    return violations
      .filter(({ impact }) => ["serious", "critical"].includes(impact))
      .flatMap(({ id, nodes }) =>
        nodes.map(({ html, any, all, none }) => {
          const why = [...any, ...all, ...none].map(({ message }) => message).join(" ");
          return `${id}: ${html.slice(0, 200)}: ${why}`;
        }),
      );
  });
}
