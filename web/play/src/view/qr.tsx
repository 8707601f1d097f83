/** A claim's code as a QR code, which staff scan. */

import { correction, generate } from "lean-qr";

export function Qr({ text, label }: { text: string; label: string }) {
  const code = generate(text, { maxCorrectionLevel: correction.M });
  let path = "";
  for (let y = 0; y < code.size; y++) {
    for (let x = 0; x < code.size; x++) if (code.get(x, y)) path += `M${x} ${y}h1v1h-1z`;
  }
  return (
    <svg
      class="qr"
      data-testid="qr"
      data-text={text}
      role="img"
      aria-label={label}
      viewBox={`-4 -4 ${code.size + 8} ${code.size + 8}`}
      shapeRendering="crispEdges"
    >
      <path d={path} />
    </svg>
  );
}
