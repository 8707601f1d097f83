/** Turns the wheel by the Web Animations API, and reports each segment that passes the pointer. */

import {
  angleOf,
  EASE_LANDING,
  EASE_START,
  landing,
  positive,
  restingAngle,
  segmentAt,
  SPEED,
  START_MS,
  START_TURN,
  TURN_MS,
} from "../model/spin.ts";

export class Motion {
  private angle = 0;
  private started: Promise<void> | null = null;
  private current: Animation | null = null;
  private frame = 0;

  constructor(
    private readonly disc: HTMLElement,
    /** How many segments there are, which an editor may change while the page is open. */
    public count: number,
    private readonly onTick: () => void,
    private readonly onLanding: (durationMs: number) => void,
  ) {}

  /** Gather speed, then turn evenly until `land` or `stop`. */
  start(): void {
    this.stop();
    const from = this.angle;
    const begin = this.turn(from, from + START_TURN, START_MS, EASE_START);
    this.started = begin.finished.then(
      () => {
        const even = positive(from + START_TURN);
        this.turn(even, even + 360, TURN_MS, "linear", Infinity);
        this.angle = even;
        this.follow(() => even + (timeOf(this.current) * SPEED) / 1000);
      },
      () => {},
    );
  }

  /** Come to rest on the segment, once the wheel has gathered speed. `offset`: −1 to 1. */
  async land(index: number, offset: number): Promise<void> {
    await this.started;
    const plan = landing(
      positive(this.angle + (timeOf(this.current) * SPEED) / 1000),
      index,
      this.count,
      offset,
    );
    this.onLanding(plan.durationMs);
    const last = this.turn(plan.from, plan.to, plan.durationMs, EASE_LANDING);
    this.follow(() => angleOf(plan, timeOf(last)));
    await last.finished.catch(() => {});
    this.rest(index, offset);
  }

  /** Show the wheel at rest on the segment, without motion. */
  rest(index: number, offset: number): void {
    this.angle = restingAngle(index, this.count, offset);
    this.settle();
  }

  /** Stop where it is. */
  stop(): void {
    if (this.current === null) return;
    const matrix = new DOMMatrix(getComputedStyle(this.disc).transform);
    this.angle = positive((Math.atan2(matrix.b, matrix.a) * 180) / Math.PI);
    this.settle();
  }

  private settle(): void {
    cancelAnimationFrame(this.frame);
    this.disc.style.transform = `rotate(${this.angle}deg)`;
    this.current?.cancel();
    this.current = null;
    this.started = null;
  }

  private turn(
    from: number,
    to: number,
    duration: number,
    easing: string,
    iterations = 1,
  ): Animation {
    const frames = [{ transform: `rotate(${from}deg)` }, { transform: `rotate(${to}deg)` }];
    const options: KeyframeAnimationOptions = { duration, easing, iterations, fill: "forwards" };
    const before = this.current;
    this.current = this.disc.animate(frames, options);
    before?.cancel();
    return this.current;
  }

  /** Call `onTick` whenever another segment is below the pointer. */
  private follow(angle: () => number): void {
    cancelAnimationFrame(this.frame);
    let before = segmentAt(angle(), this.count);
    const look = () => {
      const now = segmentAt(angle(), this.count);
      if (now !== before) this.onTick();
      before = now;
      this.frame = requestAnimationFrame(look);
    };
    this.frame = requestAnimationFrame(look);
  }
}

function timeOf(animation: Animation | null): number {
  return Number(animation?.currentTime ?? 0);
}
