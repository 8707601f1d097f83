/** A text with a name of any script in it, which must not turn the order of the words around it. */

import { pieces } from "../model/words.ts";

export function Filled({ text, values }: { text: string; values: Record<string, string> }) {
  return (
    <>
      {pieces(text).map((piece) =>
        typeof piece === "string" ? piece : <bdi key={piece.name}>{values[piece.name]}</bdi>,
      )}
    </>
  );
}
