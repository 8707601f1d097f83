import { defineConfig } from "vite";
import { noEditor } from "../guest/vite.no-editor.ts";

/** The live page, which Hosting serves below `/play/` beside the guest page. Build that one first. */
export default defineConfig({
  base: "/play/",
  plugins: [noEditor()],
  publicDir: false,
  optimizeDeps: { entries: ["index.html"] },
  build: {
    target: "es2022",
    outDir: "../guest/dist/play",
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    // The policy allows no inlined pictures, and saving one file is not worth another rule.
    assetsInlineLimit: 0,
  },
});
