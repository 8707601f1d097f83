// Builds all pages as they are deployed, and next to them the modules that tests load:
//
//   node build.mjs OUT

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));
const outDir = process.argv[2];
const common = { logLevel: "warn" };

await build({ ...common, root: pathOf("../guest"), build: { outDir, emptyOutDir: true } });
for (const page of ["play", "assistant"]) {
  await build({ ...common, root: pathOf(`../${page}`), build: { outDir: join(outDir, page) } });
}
for (const module of ["denied-requests", "outbox-page", "streaming-page"]) {
  await build({
    ...common,
    configFile: false,
    build: {
      outDir,
      emptyOutDir: false,
      copyPublicDir: false,
      lib: { entry: pathOf(`${module}.mjs`), formats: ["es"], fileName: () => `${module}.js` },
    },
  });
}
