/** How long it takes until the page tries again by itself. */

import { useEffect, useRef, useState } from "preact/hooks";
import { isAnnounced } from "../model/waiting.ts";
import { filled, formatted, words } from "../model/words.ts";

interface Props {
  /** When it tries again, in Unix milliseconds; null while it does. */
  until: number | null;
}

/** The seconds are shown as they pass. A screen reader is told of them at first, and then seldom. */
export function Waiting({ until }: Props) {
  const { nextTryIn, retrying } = words().page;
  const [now, setNow] = useState(Date.now);
  const announced = useRef<{ at: number | null; text: string }>({ at: null, text: "" });
  useEffect(() => {
    if (until === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [until]);

  const textAt = (end: number, at: number) => {
    const count = Math.max(1, Math.ceil((end - at) / 1000));
    const time = formatted(count, { style: "unit", unit: "second", unitDisplay: "long" });
    return filled(nextTryIn, { time });
  };
  if (until !== null && isAnnounced(announced.current.at, Date.now())) {
    announced.current = { at: Date.now(), text: textAt(until, Date.now()) };
  }
  return (
    <div class="waiting" data-testid="waiting" data-until={until ?? ""}>
      <p aria-hidden="true">{until === null ? retrying : textAt(until, now)}</p>
      <p class="sr-only" role="status">
        {announced.current.text}
      </p>
    </div>
  );
}
