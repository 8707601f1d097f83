/** A campaign's sounds. Nothing is played before the guest's first gesture, nor while muted. */

import type { Media } from "../model/campaign.ts";

const MAX_TICK_SECONDS = 0.35;
/** Of a longer sound: what is repeated until it is known when the wheel will stop. */
const HEAD_SECONDS = 0.8;
const VOLUME = 0.7;

export class Sounds {
  private readonly spin: HTMLAudioElement | null;
  private readonly win: HTMLAudioElement | null;
  private lastTick = 0;
  private isUnlocked = false;

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

  /** Some browsers let a page play later only what it played, if silently, within a gesture. */
  unlock(): void {
    const { win } = this;
    if (win === null || this.isUnlocked) return;
    this.isUnlocked = true;
    win.muted = true;
    const end = () => {
      if (!win.muted) return; // it is heard meanwhile
      win.pause();
      win.muted = false;
    };
    win.play().then(end, end);
  }

  /** A long sound accompanies the spin, from its beginning. A short one is heard at each segment. */
  startSpin(): void {
    this.win?.pause();
    const { spin } = this;
    if (spin === null || this.isTick) return;
    spin.playbackRate = 1;
    spin.ontimeupdate = () => {
      if (spin.currentTime > HEAD_SECONDS) spin.currentTime = 0;
    };
    this.play(spin);
  }

  /** The wheel stops after this time, and the long sound with it: such sounds slow down. */
  land(durationMs: number): void {
    const { spin } = this;
    if (spin === null || this.isTick || !Number.isFinite(spin.duration)) return;
    spin.ontimeupdate = null;
    spin.currentTime = 0;
    spin.playbackRate = Math.min(1.6, Math.max(0.6, (spin.duration * 1000) / durationMs));
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
    audio.muted = false;
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
