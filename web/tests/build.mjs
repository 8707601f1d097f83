// Builds the guest page as it is deployed, and beside it what the tests load into it:
//
//   node build.mjs OUT

import { fileURLToPath } from "node:url";
import { build } from "vite";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const outDir = process.argv[2];
const common = { logLevel: "warn" };

await build({ ...common, root: here("../guest"), build: { outDir, emptyOutDir: true } });
await build({
  ...common,
  configFile: false,
  build: {
    outDir,
    emptyOutDir: false,
    copyPublicDir: false,
    lib: { entry: here("sdk.mjs"), formats: ["es"], fileName: () => "test-sdk.js" },
  },
});
