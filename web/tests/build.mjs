// Builds the guest page as it is deployed, and next to it the modules that tests load into it:
//
//   node build.mjs OUT

import { fileURLToPath } from "node:url";
import { build } from "vite";

const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));
const outDir = process.argv[2];
const common = { logLevel: "warn" };

await build({ ...common, root: pathOf("../guest"), build: { outDir, emptyOutDir: true } });
for (const module of ["denied-requests", "outbox-page"]) {
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
