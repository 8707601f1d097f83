import assert from "node:assert/strict";
import { test } from "node:test";
import { fileProblem } from "../src/media/upload.ts";

const MEBIBYTE = 2 ** 20;

test("a step for photos takes no video, and no file without anything in it", () => {
  assert.equal(fileProblem({ type: "video/mp4", size: 1 }, false), "video_not_asked");
  assert.equal(fileProblem({ type: "video/x-matroska", size: 1 }, false), "video_not_asked");
  assert.equal(fileProblem({ type: "image/jpeg", size: 0 }, false), "empty_file");
  assert.equal(fileProblem({ type: "", size: 1 }, false), "wrong_type");
  assert.equal(fileProblem({ type: "image/jpeg", size: 1 }, false), null);
});

test("a step that asks for videos takes both, each up to its size", () => {
  const problem = (type: string, mebibytes: number) =>
    fileProblem({ type, size: mebibytes * MEBIBYTE }, true);
  assert.equal(problem("image/jpeg", 20), null);
  assert.equal(problem("image/jpeg", 21), "too_large");
  assert.equal(problem("video/quicktime", 200), null);
  assert.equal(problem("video/mp4", 201), "video_too_large");
  assert.equal(problem("video/x-matroska", 1), "wrong_video");
  assert.equal(problem("video/mp4", 0), "empty_file");
  assert.equal(problem("audio/mp4", 1), "wrong_type");
});
