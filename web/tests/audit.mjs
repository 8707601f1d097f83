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
    const finite = (animation) => animation.effect?.getComputedTiming().endTime !== Infinity;
    await Promise.allSettled(
      document
        .getAnimations()
        .filter(finite)
        .map(({ finished }) => finished),
    );
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
    return violations
      .filter(({ impact }) => ["serious", "critical"].includes(impact))
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
  });
}
