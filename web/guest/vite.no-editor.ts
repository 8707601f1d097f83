import type { Plugin } from "vite";

/**
 * Answers 404 where Vite would open a file in the developer's editor: it does so for any page that asks.
 * The first plugin of each configuration, before what reads or changes the address.
 */
export function noEditor(): Plugin {
  return {
    name: "no-editor",
    enforce: "pre",
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const decoded = (request.url ?? "").replace(/%([0-9a-f]{2})/gi, (_, code) =>
          String.fromCharCode(Number.parseInt(code, 16)),
        );
        if (!/__open-in-editor/i.test(decoded)) return next();
        response.statusCode = 404;
        response.end();
      });
    },
  };
}
