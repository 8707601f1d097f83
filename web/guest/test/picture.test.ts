import assert from "node:assert/strict";
import { test } from "node:test";
import type { Backend } from "../src/model/backend.ts";
import { type Picture, PictureWatcher, pictureOf } from "../src/model/picture.ts";
import { Refusal } from "../src/model/refusals.ts";
import { JobPicture } from "../src/model/sessions/project-session.ts";
import type { Job, Session } from "../src/model/types.ts";

const job = (fields: object) => fields as Job;
const session = (fields: object) => fields as Session;
const OUTPUT = { url: "https://x/p.jpg", thumbnailUrl: "https://x/t.webp", width: 3, height: 2 };

test("the picture appears as soon as the session or the job has it", () => {
  const media = { resultMedia: { url: OUTPUT.url }, jobStatus: "completed" };
  assert.equal(pictureOf(session(media), null).url, OUTPUT.url);
  const picture = pictureOf(null, job({ status: "completed", output: OUTPUT }));
  assert.deepEqual(
    [picture.url, picture.status, picture.percentage],
    [OUTPUT.url, "completed", 100],
  );
  assert.deepEqual(picture.size, { width: 3, height: 2 });
});

test("it waits for a job, then follows the progress of the job", () => {
  assert.equal(pictureOf(null, null).status, "waiting");
  assert.equal(
    pictureOf(session({ resultMedia: null, jobStatus: "pending" }), null).status,
    "pending",
  );
  const running = pictureOf(null, job({ status: "running", progress: { percentage: 40 } }));
  assert.deepEqual([running.status, running.percentage, running.url], ["running", 40, null]);
});

test("a retry shows neither the failure nor the picture before it", () => {
  const before = session({ resultMedia: null, jobStatus: "failed", jobError: { code: "TIMEOUT" } });
  assert.equal(pictureOf(before, job({ status: "pending" })).status, "pending");
  assert.equal(pictureOf(before, job({ status: "pending" })).reason, null);
  const older = session({ resultMedia: { url: OUTPUT.url }, jobStatus: "pending" });
  assert.equal(pictureOf(older, job({ status: "pending" })).url, null);
});

test("a failure shows its reason, and an exhausted quota shows as a limit", () => {
  const failed = pictureOf(null, job({ status: "failed", error: { code: "TIMEOUT" } }));
  assert.deepEqual([failed.status, failed.reason], ["failed", "TIMEOUT"]);
  const full = { resultMedia: null, jobStatus: "failed", jobError: { code: "QUOTA_EXCEEDED" } };
  assert.equal(pictureOf(session(full), null).status, "limited");
});

test("without a listener a retried picture is polled again", async () => {
  let status: Job["status"] = "failed";
  const polled = { session: { jobId: "j", resultMedia: null, jobStatus: "failed" }, steps: [] };
  const calls = {
    getSession: async () => polled,
    getJob: async () =>
      job({ status, error: null, output: status === "completed" ? OUTPUT : null }),
    retryTransform: async () => {
      status = "completed";
      return job({ status: "pending" });
    },
  };
  // Without an app there can be no listener.
  const backend = { calls } as unknown as Backend;
  let onStatus = (_: Picture["status"]) => {};
  const reaches = (wanted: Picture["status"]) =>
    new Promise<void>((resolve) => {
      onStatus = (status) => status === wanted && resolve();
    });
  const ids = { projectId: "p", sessionId: "s" };
  const source = new JobPicture(backend, ids);
  const watcher = new PictureWatcher(source, (picture) => onStatus(picture.status));
  const failed = reaches("failed");
  void watcher.start();
  await failed;
  const completed = reaches("completed");
  await watcher.retry();
  await completed;
  watcher.stop();
});

test("a refusal that is not transient ends the waiting", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const refused = async () => {
    throw new Refusal("experience_not_found");
  };
  const calls = { getSession: refused, getJob: refused, startTransform: refused };
  const ids = { projectId: "p", sessionId: "s" };
  const reported = new Promise<Picture>((resolve) => {
    const source = new JobPicture({ calls } as unknown as Backend, ids);
    const watcher = new PictureWatcher(source, (picture) => {
      watcher.stop();
      resolve(picture);
    });
    void watcher.start();
  });
  t.mock.timers.tick(3_000);
  assert.equal((await reported).status, "none");
});
