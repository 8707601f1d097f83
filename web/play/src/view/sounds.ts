/** A campaign's sounds. Nothing is played before the guest's first gesture, nor while muted. */

import type { Media } from "../model/campaign.ts";

const MAX_TICK_SECONDS = 0.35;
const VOLUME = 0.7;

export class Sounds {
  private readonly spin: HTMLAudioElement | null;
  private readonly win: HTMLAudioElement | null;
  private lastTick = 0;

  constructor(
    { spin, win }: Pick<Media, "spin" | "win">,
    public isMuted: boolean,
  ) {
    this.spin = audioOf(spin);
    this.win = audioOf(win);
  }

  get areAny(): boolean {
    return this.spin !== null || this.win !== null;
  }

  mute(muted: boolean): void {
    this.isMuted = muted;
    if (!muted) return;
    this.spin?.pause();
    this.win?.pause();
  }

  /** A long sound accompanies the whole spin. A short one is heard at each segment. */
  startSpin(): void {
    this.win?.pause();
    if (this.spin === null || this.isTick) return;
    this.spin.loop = true;
    this.play(this.spin);
  }

  tick(now: number): void {
    if (this.spin === null || !this.isTick || now - this.lastTick < 45) return;
    this.lastTick = now;
    this.play(this.spin);
  }

  stopSpin(): void {
    this.spin?.pause();
  }

  playWin(): void {
    if (this.win) this.play(this.win);
  }

  private get isTick(): boolean {
    return this.spin !== null && this.spin.duration <= MAX_TICK_SECONDS;
  }

  private play(audio: HTMLAudioElement): void {
    if (this.isMuted) return;
    audio.currentTime = 0;
    audio.play().catch(() => {}); // the browser may refuse, and the game goes on
  }
}

function audioOf(address: string | null): HTMLAudioElement | null {
  if (address === null) return null;
  const audio = new Audio(address);
  audio.preload = "auto";
  audio.volume = VOLUME;
  return audio;
}
