/** What a model wrote. Its texts are text nodes: no markup of it, no link and no picture exists here. */

import type { Block, Span } from "../../model/blocks.ts";
import { blocksOf } from "../../model/blocks.ts";

export function Formatted({ text }: { text: string }) {
  return (
    <div class="formatted">
      {blocksOf(text).map((block, index) => (
        <BlockView key={index} block={block} />
      ))}
    </div>
  );
}

function BlockView({ block }: { block: Block }) {
  switch (block.kind) {
    case "code":
      return (
        <pre tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
    case "heading":
      return (
        <p class="formatted-heading">
          <Spans spans={block.spans} />
        </p>
      );
    case "paragraph":
      return (
        <p>
          <Spans spans={block.spans} />
        </p>
      );
    case "list": {
      const items = block.items.map((spans, index) => (
        <li key={index}>
          <Spans spans={spans} />
        </li>
      ));
      if (!block.ordered) return <ul dir="auto">{items}</ul>;
      return (
        <ol dir="auto" start={block.start}>
          {items}
        </ol>
      );
    }
  }
}

function Spans({ spans }: { spans: Span[] }) {
  return (
    <>
      {spans.map(({ kind, text }, index) => {
        if (kind === "code") return <code key={index}>{text}</code>;
        if (kind === "strong") return <strong key={index}>{text}</strong>;
        return text;
      })}
    </>
  );
}
