// One HTTPS origin for the page and the emulators:  node lan_proxy.mjs SETTINGS
//
// SETTINGS is the file that emulator/web/lan.py writes: `{"host", "port", "origin", "names", "project",
// "region", "bucket", "certificate", "key", "targets"}`, with host:port by the names of firebase.json in
// `targets`.
// A response passes as it arrives: callables and listeners stream. Only what pages need passes:
// no task, no event, nothing of the suite's control, and no emulator's administration: lan_admission.mjs.

import { readFileSync } from "node:fs";
import { Agent, request as requestOf } from "node:http";
import { createServer } from "node:https";
import { BlockList, isIPv4 } from "node:net";
import { isChannel, isChannelBody, isOfGuest, isOfSdk, isOwnPath, targetOf } from "./lan_admission.mjs";

// Firestore takes 10 MiB, of which each byte can be an escape of three.
const MAX_CHANNEL_BYTES = 32 * 1024 * 1024;
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
const NO_GUEST = "Only tokens of guests pass. The owner of the emulators comes from this machine.";
const FORWARDED = "x-emulator-forwarded-for";

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
    if (!isOwnPath(message.url)) {
      refuse(response, 400, "The request line needs a path.");
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
    if (!isOfGuest(message.headers)) {
      refuse(response, 403, NO_GUEST);
      return null;
    }
    if (target === "firestore" && !isOfSdk(message)) {
      refuse(response, 403, "Firestore's SDK sends no such request.");
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

  /** The bodies of a channel can hold the headers of its stream. */
  async function ofGuest(message, response) {
    const chunks = [];
    let size = 0;
    for await (const chunk of message) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_CHANNEL_BYTES) return refuse(response, 413, "Firestore takes no such size.");
    }
    const body = Buffer.concat(chunks);
    if (!isChannelBody(body.toString("latin1"))) return refuse(response, 403, NO_GUEST);
    const sent = send(message, "firestore");
    answer(sent, response);
    sent.end(body);
  }

  const server = createServer(
    { key: readFileSync(settings.key), cert: readFileSync(settings.certificate) },
    (message, response) => {
      const target = admit(message, response);
      if (target === null) return;
      if (message.method === "POST" && isChannel(message.url.split("?")[0])) {
        ofGuest(message, response).catch(() => response.destroy());
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
    const { url } = message;
    if (!isOwn || !isOwnPath(url) || targetOf(url.split("?")[0], settings) !== "hosting") {
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

serve(JSON.parse(readFileSync(process.argv[2])));
