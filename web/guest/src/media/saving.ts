/** Keeping a picture: as a file with a name, on every browser that a guest may have. */

/** What a guest can do in this browser. */
export interface Ways {
  /** Links to `blob:` addresses are saved. In apps' own browsers they often do nothing. */
  savesBlobs: boolean;
  /** Whether the page is open in an app's own browser. */
  isInApp: boolean;
  /** The name of that app, or null where it is none that is known. */
  app: string | null;
}

const APPS: [RegExp, string][] = [
  [/\bInstagram\b/, "Instagram"],
  [/\bFB(AN|AV|_IAB|IOS)\b/, "Facebook"],
  [/\b(musical_ly|BytedanceWebview|TikTok|trill)\w*/i, "TikTok"],
  [/\bSnapchat\b/, "Snapchat"],
  [/\bLine\//, "LINE"],
  [/\bMicroMessenger\b/, "WeChat"],
];

/** What the browser of this user agent can do. */
export function waysOf(userAgent: string): Ways {
  const app = APPS.find(([mark]) => mark.test(userAgent))?.[1] ?? null;
  // Every browser on an iPhone says Safari, and no app's own one does.
  const isApple = /\b(iPhone|iPad|iPod)\b/.test(userAgent);
  const isWebView = isApple ? !/\bSafari\//.test(userAgent) : /; wv\)/.test(userAgent);
  const isInApp = app !== null || isWebView;
  return { savesBlobs: !isInApp, isInApp, app };
}

/**
 * An address that opens this page in the phone's own browser, or null where no address does.
 * https://developer.chrome.com/docs/android/intents
 */
export function outside(address: string, userAgent: string): string | null {
  const { protocol, host, pathname, search } = new URL(address);
  const scheme = protocol.replace(":", "");
  if (/\bAndroid\b/.test(userAgent)) {
    return `intent://${host}${pathname}${search}#Intent;scheme=${scheme};action=android.intent.action.VIEW;end`;
  }
  if (/\b(iPhone|iPad|iPod)\b/.test(userAgent)) return `x-safari-${address}`;
  return null;
}

const EXTENSIONS: Record<string, string> = { "image/png": "png", "image/webp": "webp" };
/** File systems take 255 bytes, and a browser may add a number. */
const MAX_NAME_BYTES = 120;

/** The name of a picture's file, from a name in any script. */
export function fileName(name: string, type: string): string {
  const words = name.normalize("NFC").match(/[\p{L}\p{N}\p{M}\u200c\u200d]+/gu) ?? [];
  let base = "";
  for (const { segment } of new Intl.Segmenter().segment(words.join("-"))) {
    if (new TextEncoder().encode(base + segment).length > MAX_NAME_BYTES) break;
    base += segment;
  }
  base = base.replace(/^[-\u200c\u200d]+|[-\u200c\u200d]+$/g, "");
  return `${base || "picture"}.${EXTENSIONS[type] ?? "jpg"}`;
}

/** The picture at this address as a file. Throws for anything that is no picture. */
async function fetchPicture(url: string, name: string): Promise<File> {
  const response = await fetch(url);
  const data = response.ok ? await response.blob() : null;
  if (!data?.size || !data.type.startsWith("image/")) throw new Error(`${response.status}`);
  return new File([data], fileName(name, data.type), { type: data.type });
}

/** What has become of a picture: see `keeping` among the page's words. */
export type Kept = "saved" | "opened" | "notFetched";

/**
 * A picture that is fetched when it is shown, because browsers share and open things only in a tap,
 * and waiting for the picture would end it.
 */
export class PictureFile {
  /** Null until it is fetched, and where it cannot be. */
  file: File | null = null;
  readonly fetched: Promise<void>;
  private isPending = true;

  constructor(
    private readonly url: string,
    name: string,
  ) {
    this.fetched = fetchPicture(url, name)
      .then(
        (file) => {
          this.file = file;
        },
        () => {},
      )
      .finally(() => {
        this.isPending = false;
      });
  }

  /**
   * Save the file; where a browser saves none, or there is none, open the picture's own address.
   * A file that is there is saved at once.
   */
  async save(ways: Ways): Promise<Kept> {
    if (ways.savesBlobs && this.isPending) {
      await this.fetched;
      if (this.file === null) return "notFetched";
    }
    if (ways.savesBlobs && this.file !== null) {
      const address = URL.createObjectURL(this.file);
      click({ href: address, download: this.file.name });
      setTimeout(() => URL.revokeObjectURL(address), 30_000);
      return "saved";
    }
    click({ href: this.url, target: "_blank", rel: "noopener" });
    return "opened";
  }
}

function click(attributes: Partial<HTMLAnchorElement>): void {
  Object.assign(document.createElement("a"), attributes).click();
}
