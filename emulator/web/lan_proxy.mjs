// One HTTPS origin for the page and the emulators:  node lan_proxy.mjs SETTINGS
//
// SETTINGS is the file that emulator/web/lan.py writes: `{"host", "port", "origin", "names", "project",
// "region", "bucket", "certificate", "key", "targets"}`, with host:port by the names of firebase.json in
// `targets`.
// A response passes as it arrives: callables and listeners stream. Only what pages need passes:
// no task, no event, nothing of the suite's control, and no emulator's administration.

import { readFileSync } from "node:fs";
import { Agent, request as requestOf } from "node:http";
import { createServer } from "node:https";
import { BlockList, isIPv4 } from "node:net";
import { pathToFileURL } from "node:url";

const MAX_HANDSHAKE_BYTES = 256 * 1024;
const MAX_UPLOAD_MS = 30 * 60_000;
// https://datatracker.ietf.org/doc/html/rfc9110#section-7.6.1
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te", // codespell:ignore te
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
const INIT_JSON = "/__/firebase/init.json";
const FORWARDED = "x-emulator-forwarded-for";

/** Which emulator serves a path, by its name in firebase.json, or null for what no page needs. */
export function targetOf(path, { project, region, bucket }) {
  if (/(^|\/)(\.|%2e){1,2}(\/|$)/i.test(path)) return null; // servers differ in what that leads to
  if (path.startsWith("/google.firestore.v1.Firestore/")) return "firestore";
  if (path.startsWith(`/v1/projects/${project}/databases/(default)/documents`)) return "firestore";
  if (/^\/v1\/projects\/[^/]+\/apps\/[^/]+:exchange\w+$/.test(path)) return "appcheck";
  if (path.startsWith("/identitytoolkit.googleapis.com/v1/accounts:")) return "auth";
  if (path === "/securetoken.googleapis.com/v1/token") return "auth";
  if (path.startsWith(`/${project}/${region}/`)) return "functions";
  if (path.startsWith(`/${bucket}/`) || path.startsWith(`/v0/b/${bucket}/o/`)) return "storage";
  if (path === `/upload/storage/v1/b/${bucket}/o`) return "storage";
  if (path.startsWith("/v1/") || path.startsWith("/v0/") || path.startsWith("/upload/")) return null;
  // Vite opens files in the editor of whoever asks below /__.
  if (path.startsWith("/__") && path !== INIT_JSON) return null;
  return "hosting";
}

/** Whether a text, however often it is percent-encoded, has the emulators' own credential. */
export function hasOwnersCredential(text) {
  let decoded = text;
  for (let times = 0; times < 3; times++) {
    if (/bearer[\s+]+owner/i.test(decoded)) return true;
    try {
      decoded = decodeURIComponent(decoded);
    } catch {
      return false; // then no emulator reads it either
    }
  }
  return false;
}

function serve(settings) {
  const { targets, origin } = settings;
  const ownHost = new URL(origin).host;
  const admitted = new BlockList();
  for (const network of settings.networks) {
    const [address, prefix] = network.split("/");
    admitted.addSubnet(address, Number(prefix));
  }
  const isAdmitted = (peer = "") => isIPv4(peer) && admitted.check(peer);
  // Connections of this machine cost nothing, and a kept one may end while a request is on its way.
  const agent = new Agent({ keepAlive: false });

  function refuse(response, status, message) {
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close" });
    response.end(`${message}\n`);
  }

  /** Where a request goes, or null if it was answered. */
  function admit(message, response) {
    const { remoteAddress } = message.socket;
    if (!isAdmitted(remoteAddress)) {
      refuse(response, 403, `${remoteAddress} is not in this machine's own network.`);
      return null;
    }
    const { host = "" } = message.headers;
    if (host !== ownHost) {
      if (message.method === "GET" && settings.names.includes(host.replace(/:\d+$/, ""))) {
        response.writeHead(307, { location: origin + message.url }).end();
      } else refuse(response, 403, `${host} is no name of this suite.`);
      return null;
    }
    const [path] = message.url.split("?");
    const target = targetOf(path, settings);
    if (target === null || !(target in targets)) {
      refuse(response, 404, "Pages need nothing here.");
      return null;
    }
    if (hasOwnersCredential(`${message.headers.authorization ?? ""} ${message.url}`)) {
      refuse(response, 403, "The owner of the emulators comes from this machine.");
      return null;
    }
    return target;
  }

  function send(message, target) {
    const [host, port] = targets[target].split(":");
    const headers = { ...message.headers, [FORWARDED]: message.socket.remoteAddress };
    // Storage needs the name that was signed. The others know this machine by theirs.
    if (target !== "storage") headers.host = targets[target];
    if (!message.headers.upgrade) for (const name of HOP_BY_HOP) delete headers[name];
    // A body of unknown length arrives in chunks, and has to be sent on in chunks.
    if (message.headers["transfer-encoding"]) headers["transfer-encoding"] = "chunked";
    const { method, url: path } = message;
    return requestOf({ agent, host, port, method, path, headers, setHost: false });
  }

  function answer(sent, response) {
    sent.on("response", (received) => {
      const names = Object.keys(received.headers).filter((name) => !HOP_BY_HOP.has(name));
      const headers = Object.fromEntries(names.map((name) => [name, received.headers[name]]));
      response.writeHead(received.statusCode, received.statusMessage, headers);
      response.flushHeaders();
      received.pipe(response);
      received.on("error", () => response.destroy());
    });
    sent.on("error", () => {
      if (response.headersSent) response.destroy();
      else refuse(response, 502, "The emulator behind this address did not respond.");
    });
    response.on("close", () => sent.destroy());
  }

  /** The body of a request that begins a channel holds the headers of its stream. */
  async function withoutOwner(message, response) {
    const chunks = [];
    let size = 0;
    for await (const chunk of message) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_HANDSHAKE_BYTES) return refuse(response, 413, "This begins no channel.");
    }
    const body = Buffer.concat(chunks);
    if (hasOwnersCredential(body.toString())) {
      return refuse(response, 403, "The owner of the emulators comes from this machine.");
    }
    const sent = send(message, "firestore");
    answer(sent, response);
    sent.end(body);
  }

  const server = createServer(
    { key: readFileSync(settings.key), cert: readFileSync(settings.certificate) },
    (message, response) => {
      const target = admit(message, response);
      if (target === null) return;
      const beginsChannel = target === "firestore" && !/[?&]SID=/.test(message.url);
      if (beginsChannel && message.method === "POST" && message.url.includes("/channel?")) {
        withoutOwner(message, response).catch(() => response.destroy());
        return;
      }
      const sent = send(message, target);
      answer(sent, response);
      message.pipe(sent);
    },
  );
  // Vite tells the page over a socket what was edited.
  server.on("upgrade", (message, socket, head) => {
    const isOwn = isAdmitted(socket.remoteAddress) && message.headers.host === ownHost;
    if (!isOwn || targetOf(message.url.split("?")[0], settings) !== "hosting") {
      socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n");
      return;
    }
    const sent = send(message, "hosting");
    sent.on("upgrade", (received, upstream, first) => {
      const lines = [`HTTP/1.1 101 ${received.statusMessage}`];
      for (let n = 0; n < received.rawHeaders.length; n += 2) {
        lines.push(`${received.rawHeaders[n]}: ${received.rawHeaders[n + 1]}`);
      }
      socket.write(`${lines.join("\r\n")}\r\n\r\n`);
      upstream.write(head);
      socket.write(first);
      upstream.pipe(socket).pipe(upstream);
      upstream.on("error", () => socket.destroy());
      socket.on("error", () => upstream.destroy());
    });
    sent.on("response", () => socket.destroy());
    sent.on("error", () => socket.destroy());
    socket.on("error", () => sent.destroy());
    sent.end();
  });
  server.on("error", (error) => {
    console.error(error.message);
    process.exit(1);
  });
  server.requestTimeout = MAX_UPLOAD_MS;
  server.listen(settings.port, settings.host);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  serve(JSON.parse(readFileSync(process.argv[2])));
}
