// A callable that streams, through the Firebase JS SDK, in Node.js and in a page.

import { httpsCallable } from "firebase/functions";

/** The error, as a caller sees it. */
const errorOf = ({ code, details }) => [code, details ?? null];

/** All chunks, and the answer or the two errors. */
async function read({ stream, data }, onChunk = () => {}) {
  const seen = { chunks: [] };
  const settled = data.then(
    (answer) => ({ data: answer }),
    (error) => ({ data: errorOf(error) }),
  );
  try {
    for await (const chunk of stream) {
      seen.chunks.push(chunk);
      await onChunk();
    }
  } catch (error) {
    seen.error = errorOf(error);
  }
  return { ...seen, ...(await settled) };
}

/**
 * What each call gets. The function of the first waits at the first gate before it ends, and that of
 * the last at the second, where it is left.
 */
export async function streams(functions, functionsForNobody, [gate, otherGate]) {
  const speak = httpsCallable(functions, "speak");
  const words = ["Good ", "evening"];
  const results = {};

  let chunks = 0;
  results.streamed = await read(await speak.stream({ words, gate }), async () => {
    chunks += 1;
    if (chunks === words.length) await fetch(`${gate}/opened`, { mode: "no-cors" });
  });
  results.plain = (await speak({ words })).data;
  results.refusedAtOnce = await read(await speak.stream({ words: [], ends: "refused" }));
  results.refusedInTheMiddle = await read(await speak.stream({ words: ["a"], ends: "refused" }));
  results.bug = await read(await speak.stream({ words: ["a"], ends: "badly" }));
  results.invalid = await read(await speak.stream({ words: "none" }));
  const unsigned = httpsCallable(functionsForNobody, "speak");
  results.unsigned = await read(await unsigned.stream({ words }));

  const abort = new AbortController();
  const left = await speak.stream({ words, gate: otherGate }, { signal: abort.signal });
  results.left = await read(left, () => abort.abort());
  return results;
}
