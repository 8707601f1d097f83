import { correction, generate } from "lean-qr";

/** The QR code of a text as one SVG path on a grid of `size`, without the quiet zone. */
export function qrPath(text: string): { size: number; path: string } {
  const code = generate(text, { maxCorrectionLevel: correction.M });
  let path = "";
  for (let y = 0; y < code.size; y++) {
    for (let x = 0; x < code.size; x++) if (code.get(x, y)) path += `M${x} ${y}h1v1h-1z`;
  }
  return { size: code.size, path };
}
