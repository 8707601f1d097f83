import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusal } from "../../guest/src/model/refusals.ts";
import {
  canSend,
  Conversation,
  type ConversationBackend,
  entriesOf,
  isWriting,
  type SendRequest,
  type State,
  type UnsentStore,
} from "../src/model/conversation.ts";
import type { Unsent } from "../src/model/kept.ts";
import type { Message, Sent } from "../src/model/types.ts";

const user = (number: number, content: string, requestId: string | null): Message => ({
  id: String(number),
  number,
  role: "user",
  content,
  status: "complete",
  error: null,
  proposal: null,
  requestId,
  createdAt: number,
});

const reply = (number: number, content: string, status: Message["status"]): Message => ({
  ...user(number, content, null),
  role: "assistant",
  status,
});

/** A server whose answers the test gives. */
class Server implements ConversationBackend {
  readonly sends: (SendRequest & {
    delta(text: string): void;
    resolve(sent: Sent): void;
    reject(error: unknown): void;
  })[] = [];
  readonly calls: unknown[][] = [];
  readonly watched: [string, number][] = [];
  report: (messages: Message[]) => void = () => {};
  fail: (reason: string) => void = () => {};
  confirmation: Promise<unknown> = Promise.resolve();
  stopping: Promise<unknown> = Promise.resolve();

  watch(
    chatId: string,
    limit: number,
    onMessages: (messages: Message[]) => void,
    onError: (reason: string) => void,
  ): () => void {
    this.watched.push([chatId, limit]);
    this.report = onMessages;
    this.fail = onError;
    return () => {
      this.report = () => assert.fail("reported after the end");
    };
  }

  send(request: SendRequest, delta: (text: string) => void): Promise<Sent> {
    return new Promise((resolve, reject) => {
      this.sends.push({ ...request, delta, resolve, reject });
    });
  }

  async find({ requestId }: SendRequest): Promise<Sent> {
    this.calls.push(["find", requestId]);
    return { session: { id: "c1" } };
  }

  stop(...given: string[]): Promise<unknown> {
    this.calls.push(["stop", ...given]);
    return this.stopping;
  }

  confirm(...given: string[]): Promise<unknown> {
    this.calls.push(["confirm", ...given]);
    return this.confirmation;
  }

  get sent() {
    const last = this.sends.at(-1);
    assert.ok(last);
    return last;
  }
}

/** What a browser keeps. */
class Keep implements UnsentStore {
  readonly texts = new Map<string | null, Unsent>();

  unsent(chatId: string | null): Unsent | null {
    return this.texts.get(chatId) ?? null;
  }

  keepUnsent(chatId: string | null, { content, requestId }: Unsent): void {
    this.texts.set(chatId, { content, requestId });
  }

  forgetUnsent(chatId: string | null, requestId: string): void {
    if (this.unsent(chatId)?.requestId === requestId) this.texts.delete(chatId);
  }
}

function open(chatId: string | null, keep = new Keep()) {
  const server = new Server();
  const states: State[] = [];
  let ids = 0;
  const conversation = new Conversation(
    server,
    (state) => states.push(state),
    chatId,
    () => `r${(ids += 1)}`,
    keep,
  );
  const shown = () =>
    entriesOf(conversation.state).map(({ role, text, status }) => [role, text, status].join("|"));
  return { server, conversation, states, shown };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("a first message streams before and after its chat is known, and keeps its keys", async () => {
  const { server, conversation, shown } = open(null);
  conversation.send("  List my campaigns ");
  assert.deepEqual(shown(), ["user|List my campaigns|complete", "assistant||streaming"]);
  const keys = entriesOf(conversation.state).map(({ key }) => key);
  server.sent.delta("Here ");
  server.sent.delta("you are");
  assert.deepEqual(server.calls, [["find", "r1"]], "asked once");
  await turn();
  assert.equal(conversation.state.chatId, "c1");
  assert.deepEqual(server.watched, [["c1", 50]]);
  server.report([user(1, "List my campaigns", "r1"), reply(2, "Here", "streaming")]);
  assert.deepEqual(shown().at(-1), "assistant|Here you are|streaming", "the stream is ahead");
  server.report([user(1, "List my campaigns", "r1"), reply(2, "Here you are: 2", "streaming")]);
  assert.deepEqual(shown().at(-1), "assistant|Here you are: 2|streaming", "the document is ahead");
  server.report([user(1, "List my campaigns", "r1"), reply(2, "Here", "complete")]);
  assert.deepEqual(shown(), ["user|List my campaigns|complete", "assistant|Here|complete"]);
  assert.deepEqual(entriesOf(conversation.state).map(({ key }) => key), keys);
  assert.equal(conversation.state.pending, null);
  server.sent.resolve({ session: { id: "c1" } });
  await turn();
  assert.equal(server.watched.length, 1);
});

test("a chat whose reply came at once is known from the answer", async () => {
  const { server, conversation } = open(null);
  conversation.send("hi");
  server.sent.resolve({ session: { id: "c9" } });
  await turn();
  assert.deepEqual(server.watched, [["c9", 50]]);
  assert.equal(conversation.state.chatId, "c9");
  assert.ok(isWriting(conversation.state), "until the documents are there");
});

test("what was not sent is sent again under its request id, or given back", async () => {
  const { server, conversation, shown } = open("c1");
  server.report([]);
  conversation.send("hi");
  server.sent.reject(new Refusal("offline", {}, true));
  await turn();
  assert.equal(conversation.state.pending?.problem?.reason, "offline");
  assert.deepEqual(shown(), ["user|hi|complete"], "nothing is being written");
  assert.ok(!isWriting(conversation.state));
  conversation.retry();
  conversation.retry();
  assert.deepEqual(server.sends.map(({ requestId }) => requestId), ["r1", "r1"]);
  assert.equal(conversation.state.pending?.problem, null);
  server.sent.reject(new Refusal("token_budget", { retryAfterSeconds: 60 }));
  await turn();
  assert.equal(conversation.discard(), "hi");
  assert.deepEqual(shown(), []);
  assert.equal(conversation.discard(), "");
});

test("a stream that breaks off shows no problem once its messages are stored", async () => {
  for (const first of ["stored", "broken"]) {
    const { server, conversation, shown } = open("c1");
    server.report([]);
    conversation.send("hi");
    server.sent.delta("Hello there");
    const stored = [user(1, "hi", "r1"), reply(2, "Hello", "streaming")];
    if (first === "stored") server.report(stored);
    server.sent.reject(new Refusal("offline", {}, true));
    await turn();
    if (first === "broken") server.report(stored);
    assert.equal(conversation.state.pending, null, first);
    assert.deepEqual(shown(), ["user|hi|complete", "assistant|Hello|streaming"]);
    server.report([user(1, "hi", "r1"), reply(2, "Hello there", "complete")]);
    assert.deepEqual(shown().at(-1), "assistant|Hello there|complete");
  }
});

test("one message is written at a time", () => {
  const { server, conversation } = open("c1");
  conversation.send("too early");
  assert.equal(server.sends.length, 0, "the messages are not loaded");
  server.report([user(1, "a", "x"), reply(2, "", "streaming")]);
  conversation.send("from another tab's turn");
  assert.equal(server.sends.length, 0);
  server.report([user(1, "a", "x"), reply(2, "b", "failed")]);
  conversation.send("now");
  conversation.send("twice");
  assert.deepEqual(server.sends.map(({ content }) => content), ["now"]);
});

test("a text has at most 8000 characters, as the server counts them", () => {
  const { conversation } = open(null);
  assert.ok(canSend(conversation.state, "😀".repeat(8000)));
  assert.ok(canSend(conversation.state, ` ${"x".repeat(8000)}\n`));
  assert.ok(!canSend(conversation.state, "x".repeat(8001)));
  assert.ok(!canSend(conversation.state, " \n"));
});

test("a stop waits until there is something to stop, and is asked once", async () => {
  const { server, conversation } = open("c1");
  server.report([]);
  conversation.send("hi");
  conversation.stop();
  assert.deepEqual(server.calls, []);
  assert.ok(conversation.state.isStopping);
  server.report([user(1, "hi", "r1"), reply(2, "", "streaming")]);
  server.report([user(1, "hi", "r1"), reply(2, "H", "streaming")]);
  assert.deepEqual(server.calls, [["stop", "c1", "2"]]);
  server.report([user(1, "hi", "r1"), reply(2, "H", "stopped")]);
  assert.ok(!conversation.state.isStopping);
  assert.ok(!isWriting(conversation.state));
});

test("a stop can be asked for again where the worker has died", async () => {
  const { server, conversation } = open("c1");
  server.report([user(1, "hi", "r1"), reply(2, "H", "streaming")]);
  conversation.stop();
  await turn();
  conversation.stop();
  assert.deepEqual(server.calls, [["stop", "c1", "2"], ["stop", "c1", "2"]]);
});

test("a stop that fails can be asked for again", async () => {
  const { server, conversation } = open("c1");
  server.report([user(1, "hi", "x"), reply(2, "", "streaming")]);
  server.stopping = Promise.reject(new Refusal("offline", {}, true));
  conversation.stop();
  await turn();
  assert.equal(conversation.state.problem?.reason, "offline");
  assert.ok(!conversation.state.isStopping);
  server.stopping = Promise.resolve();
  conversation.stop();
  assert.equal(server.calls.length, 2);
  assert.equal(conversation.state.problem, null);
});

test("a proposal is confirmed once at a time, and its refusal is kept beside it", async () => {
  const { server, conversation } = open("c1");
  server.report([user(1, "hi", "x"), reply(2, "Shall I?", "complete")]);
  server.confirmation = Promise.reject(new Refusal("role_required"));
  const confirmed = conversation.confirm("2");
  conversation.confirm("2");
  assert.ok(conversation.state.confirming.has("2"));
  await confirmed;
  assert.deepEqual(server.calls, [["confirm", "c1", "2"]]);
  assert.equal(conversation.state.confirmProblems.get("2")?.reason, "role_required");
  server.confirmation = Promise.resolve();
  await conversation.confirm("2");
  assert.equal(conversation.state.confirmProblems.size, 0);
  assert.equal(conversation.state.confirming.size, 0);
});

test("older messages are loaded on demand, and a listener that failed starts anew", () => {
  const { server, conversation } = open("c1");
  conversation.loadEarlier();
  server.fail("not_followed");
  assert.equal(conversation.state.problem?.reason, "not_followed");
  conversation.follow();
  assert.equal(conversation.state.problem, null);
  assert.deepEqual(server.watched.map(([, limit]) => limit), [50, 100, 100]);
});

test("a closed chat reports nothing more", async () => {
  const { server, conversation, states } = open(null);
  conversation.send("hi");
  const before = states.length;
  conversation.close();
  server.sent.delta("late");
  server.sent.resolve({ session: { id: "c1" } });
  await turn();
  assert.equal(states.length, before);
  assert.deepEqual(server.watched, []);
});

test("a text whose sending failed outlives the page, and is sent again under its id", async () => {
  for (const chatId of [null, "c1"]) {
    const keep = new Keep();
    const before = open(chatId, keep);
    before.server.report([]);
    before.conversation.send("An hour's work");
    before.conversation.close();
    before.server.sent.reject(new Refusal("offline"));
    await turn();
    const { server, conversation, shown } = open(chatId, keep);
    server.report([]);
    assert.deepEqual(shown(), ["user|An hour's work|complete"]);
    assert.equal(conversation.state.pending?.problem?.reason, "left_unsent");
    conversation.retry();
    const { requestId, content } = server.sent;
    assert.deepEqual([requestId, content], ["r1", "An hour's work"]);
    server.sent.resolve({ session: { id: "c1" } });
    await turn();
    assert.equal(keep.texts.size, 0);
  }
});

test("a text that was stored after all, or is edited, is kept no longer", async () => {
  const keep = new Keep();
  keep.keepUnsent("c1", { content: "Hello", requestId: "r0" });
  const stored = open("c1", keep);
  stored.server.report([user(1, "Hello", "r0"), reply(2, "Yes?", "complete")]);
  assert.equal(stored.conversation.state.pending, null);
  assert.equal(keep.texts.size, 0);
  keep.keepUnsent("c1", { content: "Hello", requestId: "r0" });
  assert.equal(open("c1", keep).conversation.discard(), "Hello");
  assert.equal(keep.texts.size, 0);
});
