import assert from "node:assert/strict";
import { test } from "node:test";
import { PhotoQueue, type SendPhoto, shownState } from "../src/model/photos/photo-queue.ts";
import { MemoryPhotos, type WaitingPhoto } from "../src/model/photos/photo-store.ts";
import { Play } from "../src/model/play.ts";
import { Refusal } from "../src/model/refusals.ts";
import type { SessionBackend } from "../src/model/sessions/session-backend.ts";
import type { NextPhase, PlayedSession, Step } from "../src/model/types.ts";
import { deferred, MemoryStore } from "./memory.ts";

const OFFLINE = new Refusal("offline", {}, true);
const NEXT: NextPhase = { phase: "share", experienceId: null, params: {}, replace: true };
const STEPS: Step[] = [
  { id: "photo", type: "capture" },
  { id: "name", type: "short_text" },
];
const SESSION = { scope: "p", sessionId: "s" };
const jpeg = (text = "photo") => new Blob([text], { type: "image/jpeg" });

/** Takes photos as the server does: one object for each address, confirmed as often as asked. */
class Server {
  online = true;
  refusal: Refusal | null = null;
  /** What was sent, by address. */
  readonly objects = new Map<string, string>();
  sends = 0;
  confirms = 0;
  completions = 0;
  /** Whether the next response is lost after the photo has arrived. */
  losesResponse = false;
  private addresses = 0;
  session = {
    ...{ id: "s", phase: "main", status: "active", updatedAt: 1, currentStepIndex: 0 },
    ...{ answers: [], capturedMedia: [] },
  } as unknown as PlayedSession;

  readonly send: SendPhoto = async (photo, { keep, onState, signal }) => {
    this.sends++;
    onState("uploading", 0);
    if (!this.online) throw OFFLINE;
    if (this.refusal) throw this.refusal;
    const upload = photo.upload ?? { url: `u${++this.addresses}`, method: "PUT", headers: {} };
    if (photo.upload === null) await keep(upload);
    const text = await new Blob([photo.bytes]).text();
    if (!this.objects.has(upload.url)) this.objects.set(upload.url, text);
    if (this.losesResponse) {
      this.losesResponse = false;
      throw OFFLINE;
    }
    signal.throwIfAborted();
    this.confirms++;
    this.session = { ...this.session, updatedAt: this.session.updatedAt + 1 };
    return this.session;
  };

  get backend(): SessionBackend {
    return {
      scope: "p",
      save: async () => this.session,
      complete: async () => {
        this.completions++;
        return { session: this.session, next: NEXT };
      },
    } as unknown as SessionBackend;
  }
}

function aQueue(server: Server, store = new MemoryPhotos()) {
  const sent: string[] = [];
  const refused: string[] = [];
  const ended: string[] = [];
  const queue = new PhotoQueue(store, SESSION, server.send, {
    changed: () => {},
    onSession: () => {},
    onSent: (stepId) => sent.push(stepId),
    onRefused: (stepId, { reason }) => refused.push(`${stepId}:${reason}`),
    onEnded: ({ reason }) => ended.push(reason),
  });
  return { queue, store, sent, refused, ended };
}

test("a photo is sent once, and then forgotten", async () => {
  const server = new Server();
  const { queue, store, sent } = aQueue(server);
  await queue.add("photo", jpeg());
  assert.deepEqual(sent, ["photo"]);
  assert.deepEqual([server.objects.size, server.confirms], [1, 1]);
  assert.deepEqual(await store.all(), []);
  await queue.flush();
  assert.equal(server.sends, 1);
});

test("a photo waits over a reload without a network, and goes out when it is back", async () => {
  const server = new Server();
  const before = aQueue(server);
  server.online = false;
  await before.queue.add("photo", jpeg("mine"));
  assert.equal(before.queue.isWaiting, true);
  assert.equal(before.queue.at("photo")?.state.reason, "offline");
  before.queue.close();

  const after = aQueue(server, before.store);
  await after.queue.load();
  assert.equal(await after.queue.at("photo")?.blob.text(), "mine");
  server.online = true;
  assert.equal(await after.queue.settle(), true);
  assert.deepEqual([...server.objects.values()], ["mine"]);
  assert.equal(server.confirms, 1);
});

test("a lost response makes no second object", async () => {
  const server = new Server();
  server.losesResponse = true;
  const before = aQueue(server);
  await before.queue.add("photo", jpeg());
  before.queue.close();
  const after = aQueue(server, before.store);
  await after.queue.flush();
  assert.deepEqual([server.objects.size, server.confirms], [1, 1]);
});

test("what another tab has sent is not sent again", async () => {
  const server = new Server();
  const first = aQueue(server);
  server.online = false;
  await first.queue.add("photo", jpeg());
  const second = aQueue(server, first.store);
  await second.queue.load();
  server.online = true;
  await first.queue.flush();
  const { sends } = server;
  assert.equal(await second.queue.settle(), true);
  assert.equal(server.sends, sends);
  assert.deepEqual(second.sent, []);
});

test("a retake takes the place of a photo that waits", async () => {
  const server = new Server();
  const { queue, store } = aQueue(server);
  server.online = false;
  await queue.add("photo", jpeg("first"));
  server.online = true;
  await queue.add("photo", jpeg("second"));
  assert.deepEqual([...server.objects.values()], ["second"]);
  assert.deepEqual(await store.all(), []);
});

test("a photo that was taken back too late is confirmed, and leads nowhere", async () => {
  const server = new Server();
  const { queue, store, sent } = aQueue(server);
  const [began, released] = [deferred<void>(), deferred<void>()];
  const held: SendPhoto = async (...args) => {
    began.resolve();
    await released.promise;
    return server.send(...args);
  };
  const slow = new PhotoQueue(store, SESSION, held, {
    changed: () => {},
    onSession: () => {},
    onSent: (stepId) => sent.push(stepId),
    onRefused: () => {},
    onEnded: () => {},
  });
  const adding = slow.add("photo", jpeg());
  await began.promise;
  await slow.remove("photo");
  released.resolve();
  await adding;
  assert.deepEqual(sent, []);
  assert.equal(queue.isEmpty, true);
  assert.deepEqual(await store.all(), []);
});

test("a refusal for good, and the end of the session, forget the photo", async () => {
  for (const [reason, expected] of [
    ["upload_damaged", { refused: ["photo:upload_damaged"], ended: [] }],
    ["session_not_active", { refused: [], ended: ["session_not_active"] }],
  ] as const) {
    const server = new Server();
    server.refusal = new Refusal(reason);
    const { queue, store, refused, ended } = aQueue(server);
    await queue.add("photo", jpeg());
    assert.deepEqual({ refused, ended }, expected);
    assert.equal(queue.isEmpty, true);
    assert.deepEqual(await store.all(), []);
  }
});

function aPlay(server: Server, photos: MemoryPhotos) {
  const left = deferred<NextPhase>();
  const play = new Play(
    { session: server.session, steps: STEPS, backend: server.backend },
    {
      ...{ store: new MemoryStore(), photos, sendPhoto: server.send, shown: null },
      ...{ leave: left.resolve, changed: () => {} },
    },
  );
  return { play, left: left.promise };
}

test("a sent photo leads to the next step, unless the guest went on before", async () => {
  const server = new Server();
  const photos = new MemoryPhotos();
  const { play } = aPlay(server, photos);
  await play.usePhoto("photo", jpeg());
  assert.equal(play.step?.id, "name");
  play.back();
  server.online = false;
  await play.usePhoto("photo", jpeg());
  assert.equal(play.step?.id, "photo");
  play.submit("photo", undefined);
  play.back();
  server.online = true;
  await play.photos.flush();
  assert.equal(play.step?.id, "photo", "the guest has gone on and come back to look at it");
  play.close();
});

test("a session is completed once its photo has arrived", async () => {
  const server = new Server();
  const photos = new MemoryPhotos();
  const { play, left } = aPlay(server, photos);
  server.online = false;
  await play.usePhoto("photo", jpeg());
  play.submit("photo", undefined);
  play.submit("name", "Ada");
  while (play.saving !== "offline") await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(server.completions, 0);
  server.online = true;
  play.retryNow();
  await left;
  assert.deepEqual([server.confirms, server.completions], [1, 1]);
  assert.deepEqual(await photos.all(), []);
});

test("a photo that is refused leads back to its step", async () => {
  const server = new Server();
  const { play } = aPlay(server, new MemoryPhotos());
  server.online = false;
  await play.usePhoto("photo", jpeg());
  play.submit("photo", undefined);
  server.online = true;
  server.refusal = new Refusal("upload_damaged");
  await play.photos.flush();
  assert.equal(play.step?.id, "photo");
  assert.equal(play.refusedPhotos.get("photo"), "upload_damaged");
  play.close();
});

test("another session's photo is left alone", async () => {
  const server = new Server();
  const store = new MemoryPhotos();
  const other: WaitingPhoto = {
    ...{ id: "x", scope: "p", sessionId: "other", stepId: "photo", upload: null },
    ...{ bytes: new ArrayBuffer(1), type: "image/jpeg", keptAt: 1 },
  };
  await store.put(other);
  const { queue } = aQueue(server, store);
  assert.equal(await queue.settle(), true);
  assert.deepEqual([server.sends, await store.all()], [0, [other]]);
});

test("a guest is told that a photo waits, or how far it is, and never both", () => {
  const waits = { state: "waiting", percentage: 0, reason: "offline" } as const;
  assert.deepEqual(shownState(waits), waits);
  assert.deepEqual(shownState({ ...waits, state: "uploading" }), waits, "as while it is tried again");
  const moves = { state: "uploading", percentage: 3, reason: "offline" } as const;
  assert.deepEqual(shownState(moves), { ...moves, reason: null });
  assert.equal(shownState({ ...waits, state: "checking" }).reason, null);
  const first = { state: "uploading", percentage: 0, reason: null } as const;
  assert.deepEqual(shownState(first), first);
});
