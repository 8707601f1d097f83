// Builds the guest page as it is deployed, and next to it the module that tests load into it:
//
//   node build.mjs OUT

import { fileURLToPath } from "node:url";
import { build } from "vite";

const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));
const outDir = process.argv[2];
const common = { logLevel: "warn" };

await build({ ...common, root: pathOf("../guest"), build: { outDir, emptyOutDir: true } });
await build({
  ...common,
  configFile: false,
  build: {
    outDir,
    emptyOutDir: false,
    copyPublicDir: false,
    lib: {
      entry: pathOf("denied-requests.mjs"),
      formats: ["es"],
      fileName: () => "denied-requests.js",
    },
  },
});
