// The modules of a QR code, a line of 0 and 1 for each row:  node qr_code.mjs MODULES TEXT

import { createRequire } from "node:module";

const [modules, text] = process.argv.slice(2);
const { generate } = createRequire(`${modules}/`)("lean-qr");
const code = generate(text);
for (let y = 0; y < code.size; y++) {
  const row = Array.from({ length: code.size }, (_, x) => (code.get(x, y) ? "1" : "0"));
  console.log(row.join(""));
}
