/** Confetti over the whole page for a moment. Nothing waits for it. */

const PIECES = 140;
const DURATION_MS = 3200;
const GRAVITY = 900; // pixels per second²

interface Piece {
  x: number;
  y: number;
  vx: number;
  vy: number;
  size: number;
  colour: string;
  turn: number;
  spin: number;
}

/** Let it rain in these colours. The canvas is gone afterwards. */
export function throwConfetti(colours: readonly string[]): void {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  if (context === null) return;
  canvas.className = "confetti";
  canvas.setAttribute("aria-hidden", "true");
  canvas.width = innerWidth;
  canvas.height = innerHeight;
  document.body.append(canvas);
  const pieces = Array.from({ length: PIECES }, (_, at) => pieceOf(at, colours));
  let before = performance.now();
  const start = before;
  const draw = (now: number) => {
    const seconds = Math.min(0.05, (now - before) / 1000);
    before = now;
    const left = 1 - (now - start) / DURATION_MS;
    if (left <= 0) return canvas.remove();
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.globalAlpha = Math.min(1, left * 3);
    for (const piece of pieces) {
      piece.vy += GRAVITY * seconds;
      piece.vx *= 1 - seconds;
      piece.x += piece.vx * seconds;
      piece.y += piece.vy * seconds;
      piece.turn += piece.spin * seconds;
      const { x, y, size, turn } = piece;
      context.setTransform(Math.cos(turn), Math.sin(turn), -Math.sin(turn), Math.cos(turn), x, y);
      context.fillStyle = piece.colour;
      context.fillRect(-size / 2, -size / 4, size, size / 2);
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    requestAnimationFrame(draw);
  };
  requestAnimationFrame(draw);
}

function pieceOf(at: number, colours: readonly string[]): Piece {
  const isLeft = at % 2 === 0;
  return {
    x: isLeft ? innerWidth * 0.05 : innerWidth * 0.95,
    y: innerHeight * 0.75,
    vx: (isLeft ? 1 : -1) * (120 + Math.random() * innerWidth * 0.7),
    vy: -(350 + Math.random() * innerHeight * 0.9),
    size: 8 + Math.random() * 9,
    colour: colours[at % colours.length] ?? "#000000",
    turn: Math.random() * Math.PI,
    spin: (Math.random() - 0.5) * 14,
  };
}
