// Prints the TypeScript types of schema.json. `make client` stores them in src/types.ts.

import { readFile } from "node:fs/promises";
import { compile } from "json-schema-to-typescript";

const schema = JSON.parse(await readFile(new URL("schema.json", import.meta.url), "utf8"));
const types = await compile(schema, "Contract", {
  bannerComment: "// Written by `make client` from the functions' models. Do not edit.",
  ignoreMinAndMaxItems: true, // lists, not tuples of each allowed length
});
process.stdout.write(types);
