import assert from "node:assert/strict";
import { test } from "node:test";
import { decoded } from "../src/model/documents.ts";

test("a document's fields are read as they were saved", () => {
  const fields = {
    name: { stringValue: "" },
    isOpen: { booleanValue: false },
    age: { integerValue: "16" },
    ratio: { doubleValue: 0.5 },
    nothing: { nullValue: null },
    empty: { arrayValue: {} },
    list: { arrayValue: { values: [{ integerValue: "0" }, { mapValue: {} }] } },
    theme: { mapValue: { fields: { primaryColor: { stringValue: "#4a3aff" } } } },
  };
  assert.deepEqual(decoded({ mapValue: { fields } }), {
    name: "",
    isOpen: false,
    age: 16,
    ratio: 0.5,
    nothing: null,
    empty: [],
    list: [0, {}],
    theme: { primaryColor: "#4a3aff" },
  });
});
