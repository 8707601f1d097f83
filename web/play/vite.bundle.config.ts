/** Builds the demo as one file without any address in it. The data of a campaign replaces MARKER. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

export const MARKER = "__CAMPAIGN__";
const PAGE = fileURLToPath(new URL("bundle.html", import.meta.url));

/** Puts the script and the style into the page, and their hashes into its policy. */
function oneFile(): Plugin {
  return {
    name: "one-file",
    enforce: "post",
    generateBundle(_, bundle) {
      let [script, style] = ["", ""];
      for (const [name, file] of Object.entries(bundle)) {
        if (file.type === "chunk") script += file.code.trim();
        else if (name.endsWith(".css")) style += String(file.source).trim();
        delete bundle[name];
      }
      if (/<\/script|<!--/i.test(script)) throw new Error("The script would end its own element.");
      const parts: Record<string, string> = {
        SCRIPT: script,
        STYLE: style,
        SCRIPT_HASH: hashOf(script),
        STYLE_HASH: hashOf(style),
      };
      const page = readFileSync(PAGE, "utf8").replace(/%([A-Z_]+)%/g, (_, name) => {
        const part = parts[name];
        if (part === undefined) throw new Error(`bundle.html names an unknown part: ${name}`);
        return part;
      });
      if (page.split(MARKER).length !== 2) throw new Error("The page needs its marker once.");
      this.emitFile({ type: "asset", fileName: "spin_wheel.html", source: page });
    },
  };
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

export default defineConfig({
  plugins: [oneFile()],
  publicDir: false,
  build: {
    target: "es2022",
    outDir: "dist/bundle",
    cssCodeSplit: false,
    lib: { entry: "src/demo.tsx", formats: ["iife"], name: "demo", fileName: () => "demo.js" },
  },
});
