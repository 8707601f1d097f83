import assert from "node:assert/strict";
import { test } from "node:test";
import { titleFor } from "../src/model/title.ts";

test("a step's title comes before the event's name", () => {
  assert.equal(titleFor("Your name?", "Gala", false), "Your name? – Gala");
});

test("a welcome has the event's name, and a problem without an event its heading", () => {
  assert.equal(titleFor("", "Gala", false), "Gala");
  assert.equal(titleFor("No connection", "", false), "No connection");
});

test("at a kiosk nothing of a visit is in the title", () => {
  assert.equal(titleFor("Your name?", "Gala", true), "Gala");
  assert.equal(titleFor("Your name?", "", true), "");
});

test("names of different directions keep their own", () => {
  assert.equal(titleFor("ما اسمك؟", "Gala", false), "\u2068ما اسمك؟\u2069 – \u2068Gala\u2069");
});
