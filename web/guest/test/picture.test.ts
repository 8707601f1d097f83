import assert from "node:assert/strict";
import { test } from "node:test";
import type { Backend } from "../src/model/backend.ts";
import { type Picture, PictureWatch, pictureOf } from "../src/model/picture.ts";
import { Refusal } from "../src/model/refusals.ts";
import type { Job, Session } from "../src/model/types.ts";

const job = (fields: object) => fields as Job;
const session = (fields: object) => fields as Session;
const OUTPUT = { url: "https://x/p.jpg", thumbnailUrl: "https://x/t.webp", width: 3, height: 2 };

test("the picture is there as soon as session or job tells it", () => {
  const media = { resultMedia: { url: OUTPUT.url }, jobStatus: "completed" };
  assert.equal(pictureOf(session(media), null).url, OUTPUT.url);
  const told = pictureOf(null, job({ status: "completed", output: OUTPUT }));
  assert.deepEqual([told.url, told.status, told.percentage], [OUTPUT.url, "completed", 100]);
  assert.deepEqual(told.size, { width: 3, height: 2 });
});

test("before there is a job it waits, then it goes as far as the job says", () => {
  assert.equal(pictureOf(null, null).status, "waiting");
  assert.equal(pictureOf(session({ resultMedia: null, jobStatus: "pending" }), null).status, "pending");
  const running = pictureOf(null, job({ status: "running", progress: { percentage: 40 } }));
  assert.deepEqual([running.status, running.percentage, running.url], ["running", 40, null]);
});

test("a retry is not taken for the failure, nor for the picture, before it", () => {
  const before = session({ resultMedia: null, jobStatus: "failed", jobError: { code: "TIMEOUT" } });
  assert.equal(pictureOf(before, job({ status: "pending" })).status, "pending");
  assert.equal(pictureOf(before, job({ status: "pending" })).reason, null);
  const older = session({ resultMedia: { url: OUTPUT.url }, jobStatus: "pending" });
  assert.equal(pictureOf(older, job({ status: "pending" })).url, null);
});

test("a failure says why, and a full day is a limit", () => {
  const failed = pictureOf(null, job({ status: "failed", error: { code: "TIMEOUT" } }));
  assert.deepEqual([failed.status, failed.reason], ["failed", "TIMEOUT"]);
  const full = { resultMedia: null, jobStatus: "failed", jobError: { code: "QUOTA_EXCEEDED" } };
  assert.equal(pictureOf(session(full), null).status, "limited");
});

test("without a listener a picture that is made anew is asked for again", async () => {
  let status: Job["status"] = "failed";
  const asked = { session: { jobId: "j", resultMedia: null, jobStatus: "failed" }, steps: [] };
  const calls = {
    getSession: async () => asked,
    getJob: async () => job({ status, error: null, output: status === "completed" ? OUTPUT : null }),
    retryTransform: async () => {
      status = "completed";
      return job({ status: "pending" });
    },
  };
  // There is no app, so that nothing can be listened to.
  const backend = { calls } as unknown as Backend;
  let heard = (_: Picture["status"]) => {};
  const until = (wanted: Picture["status"]) =>
    new Promise<void>((resolve) => {
      heard = (told) => told === wanted && resolve();
    });
  const ids = { projectId: "p", sessionId: "s" };
  const watch = new PictureWatch(backend, ids, (picture) => heard(picture.status));
  const failed = until("failed");
  void watch.start();
  await failed;
  const completed = until("completed");
  await watch.retry();
  await completed;
  watch.stop();
});

test("a refusal that no waiting helps against ends the waiting", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const refused = async () => {
    throw new Refusal("experience_not_found");
  };
  const calls = { getSession: refused, getJob: refused, startTransform: refused };
  const ids = { projectId: "p", sessionId: "s" };
  const told = new Promise<Picture>((resolve) => {
    const watch = new PictureWatch({ calls } as unknown as Backend, ids, (picture) => {
      watch.stop();
      resolve(picture);
    });
    void watch.start();
  });
  t.mock.timers.tick(3_000);
  assert.equal((await told).status, "none");
});
