/** What a browser keeps of a campaign: the sound switch, the accepted terms, the last play. */

export interface KeyValueStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** `localStorage`, or memory where the browser denies it, as in many frames. */
export function store(): KeyValueStore {
  try {
    const found = globalThis.localStorage;
    found.setItem("play:probe", "1");
    found.removeItem("play:probe");
    return found;
  } catch {
    return new Memory();
  }
}

class Memory implements KeyValueStore {
  private readonly items = new Map<string, string>();

  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }
}

export class Kept {
  constructor(
    private readonly items: KeyValueStore,
    private readonly campaignId: string,
  ) {}

  get isMuted(): boolean {
    return this.items.getItem("play:muted") === "1";
  }

  set isMuted(muted: boolean) {
    this.items.setItem("play:muted", muted ? "1" : "0");
  }

  get acceptedTerms(): string | null {
    return this.items.getItem(this.key("terms"));
  }

  set acceptedTerms(version: string) {
    this.items.setItem(this.key("terms"), version);
  }

  /** The number of the last play that was asked for in this period, if any was. */
  asked(period: string): number | null {
    const [kept, number] = this.items.getItem(this.key("asked"))?.split("|") ?? [];
    return kept === period && Number(number) >= 1 ? Number(number) : null;
  }

  keepAsked(period: string, number: number): void {
    this.items.setItem(this.key("asked"), `${period}|${number}`);
  }

  private key(name: string): string {
    return `play:${this.campaignId}:${name}`;
  }
}
