/** The picture's URL as a QR code, for another phone. */

import { useEffect, useState } from "preact/hooks";
import { isKiosk } from "../model/kiosk/mode.ts";
import { words } from "../model/words.ts";

/** At a kiosk it is the way to take the picture along. */
export function Qr({ url }: { url: string }) {
  const [code, setCode] = useState<{ size: number; path: string } | null>(null);
  useEffect(() => {
    let current = true;
    import("../media/qr.ts").then(
      ({ qrPath }) => current && setCode(qrPath(url)),
      () => {},
    );
    return () => {
      current = false;
    };
  }, [url]);
  if (code === null) return null;
  const { keeping, kiosk } = words();
  return (
    <figure class={isKiosk() ? "qr kiosk-code" : "qr"}>
      <svg
        data-testid="qr"
        data-url={url}
        role="img"
        aria-label={keeping.code}
        viewBox={`-4 -4 ${code.size + 8} ${code.size + 8}`}
        shapeRendering="crispEdges"
      >
        <path d={code.path} />
      </svg>
      <figcaption>
        <strong>{isKiosk() ? kiosk.alongTitle : keeping.onAnotherPhone}</strong>{" "}
        {isKiosk() ? kiosk.along : keeping.scan}
      </figcaption>
    </figure>
  );
}
