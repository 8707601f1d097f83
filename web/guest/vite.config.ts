import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { createServer, defineConfig, type Plugin, type Rollup } from "vite";
import { noEditor } from "./vite.no-editor.ts";

/** Serves `/__/firebase/init.json` as Firebase Hosting does, from the suite's environment. */
function initJson(): Plugin {
  const { env } = process;
  const bare = (address = "") => address.replace(/^https?:\/\//, "");
  return {
    name: "init-json",
    configureServer(server) {
      server.middlewares.use("/__/firebase/init.json", (_request, response) => {
        response.setHeader("content-type", "application/json");
        response.end(
          env.INIT_JSON ??
            JSON.stringify({
            projectId: env.GCLOUD_PROJECT ?? "demo-guest",
            apiKey: "local",
            emulators: {
              auth: `http://${bare(env.FIREBASE_AUTH_EMULATOR_HOST ?? "127.0.0.1:9099")}`,
              functions: bare(env.FUNCTIONS_EMULATOR_HOST ?? "127.0.0.1:5001"),
              firestore: bare(env.FIRESTORE_EMULATOR_HOST ?? "127.0.0.1:8080"),
            },
          }),
        );
      });
    },
  };
}

/** Serves the script of `/s/` pages, which has a name without a hash because a function names it. */
function shareScript(): Plugin {
  return {
    name: "share-script",
    configureServer(server) {
      server.middlewares.use((request, _response, next) => {
        if (request.url === "/share.js") request.url = "/src/share.ts";
        next();
      });
    },
  };
}

/**
 * Tells the service worker and the page which build they are of, and the worker which files it has: all
 * that the page can come to need. In development there is no worker, and one of before ends itself.
 */
function serviceWorker(): Plugin {
  return {
    name: "service-worker",
    enforce: "post",
    configureServer(server) {
      server.middlewares.use("/sw.js", (_request, response) => {
        response.setHeader("content-type", "text/javascript");
        response.end("addEventListener('install', () => skipWaiting()); registration.unregister();");
      });
    },
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const page = bundle["index.html"];
        const worker = bundle["sw.js"];
        if (page?.type !== "asset" || worker?.type !== "chunk") return this.error("no page or no worker");
        const files = filesOf(bundle, (chunk) => chunk.facadeModuleId?.endsWith("/index.html") ?? false);
        const digest = createHash("sha256").update(JSON.stringify([files, String(page.source), worker.code]));
        const build = digest.digest("hex").slice(0, 16);
        page.source = String(page.source).replace("__BUILD__", build);
        const kept = JSON.stringify(["/icon.svg", ...files.map((file) => `/${file}`)]);
        worker.code = worker.code
          .replace(/(["'`])__BUILD__\1/, () => JSON.stringify(build))
          .replace(/(["'`])__FILES__\1/, () => JSON.stringify(kept));
      },
    },
  };
}

/** The files of a page: its entry, and what that loads now or later. */
function filesOf(
  bundle: Rollup.OutputBundle,
  isEntry: (chunk: Rollup.OutputChunk) => boolean,
): string[] {
  const found = new Set<string>();
  const add = (name: string) => {
    const chunk = bundle[name];
    if (found.has(name) || chunk === undefined) return;
    found.add(name);
    if (chunk.type !== "chunk") return;
    const { importedCss = [], importedAssets = [] } = chunk.viteMetadata ?? {};
    for (const each of [...chunk.imports, ...chunk.dynamicImports]) add(each);
    for (const each of [...importedCss, ...importedAssets]) found.add(each);
  };
  for (const [name, each] of Object.entries(bundle)) {
    if (each.type === "chunk" && isEntry(each)) add(name);
  }
  return [...found].sort();
}

const project = process.env.GCLOUD_PROJECT ?? "demo-guest";
const region = process.env.VITE_REGION ?? process.env.REGION ?? "us-central1";
const functions = process.env.FUNCTIONS_EMULATOR_HOST ?? "127.0.0.1:5001";

/** Vite's server injects styles into the page and reports changes over a socket. */
function developersPolicy(): Plugin {
  return {
    name: "developers-policy",
    apply: "serve",
    transformIndexHtml: (html) =>
      html
        .replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
        .replace("connect-src 'self'", "connect-src 'self' ws:"),
  };
}

/** Serves a page of its own folder below `/name/`, where Hosting has it beside this one. */
function pageBeside(name: string): Plugin {
  return {
    name: `page-${name}`,
    async configureServer(server) {
      const beside = await createServer({
        root: fileURLToPath(new URL(`../${name}`, import.meta.url)),
        plugins: [developersPolicy()],
        server: { middlewareMode: true, hmr: { server: server.httpServer, path: `/hmr-${name}` } },
        logLevel: server.config.logLevel ?? "info",
        clearScreen: false,
      });
      server.httpServer?.once("close", () => beside.close());
      server.middlewares.use((request, response, next) => {
        // Hosting serves the page for the bare name too, and keeps the query.
        request.url = request.url?.replace(new RegExp(`^/${name}(?=$|[?#])`), `/${name}/`);
        if (request.url?.startsWith(`/${name}/`)) beside.middlewares(request, response, next);
        else next();
      });
    },
  };
}

export default defineConfig({
  plugins: [
    noEditor(),
    initJson(),
    shareScript(),
    developersPolicy(),
    pageBeside("play"),
    pageBeside("assistant"),
    serviceWorker(),
  ],
  // As the rewrite to a function in firebase.json.
  server: {
    proxy: {
      "^/s/": {
        target: `http://${functions.replace(/^https?:\/\//, "")}`,
        rewrite: (path) => `/${project}/${region}/showShare${path}`,
      },
    },
  },
  build: {
    target: "es2022",
    rollupOptions: {
      input: ["index.html", "src/share.ts", "src/worker/sw.ts"],
      output: {
        // Names that a function, or the page itself, knows beforehand have no hash.
        entryFileNames: ({ name }) =>
          ["share", "sw"].includes(name) ? `${name}.js` : "assets/[name]-[hash].js",
      },
    },
    modulePreload: { polyfill: false },
    // The policy allows no inlined pictures, and saving one file is not worth another rule.
    assetsInlineLimit: 0,
  },
});
