/**
 * What a model wrote, as blocks of text: paragraphs, headings, lists, code. Everything else stays the
 * text that it is. There are no links and no pictures, so nothing that a model was made to write leads
 * anywhere or loads anything.
 */

export interface Span {
  kind: "text" | "code" | "strong";
  text: string;
}

export type Block =
  | { kind: "paragraph" | "heading"; spans: Span[] }
  | { kind: "list"; ordered: boolean; start: number; items: Span[][] }
  | { kind: "code"; text: string };

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
// What follows is taken whole: a pattern that looked for its end would try each space as one, and a
// model can write sixty thousand of them.
const HEADING = /^ {0,3}#{1,6}\s+(.*)$/s;
const ITEM = /^\s{0,8}(?:[-*•+]|(\d{1,9})[.)])\s+(.*)$/s;
const SPAN = /`([^`\n]+)`|\*\*([^*\n]+)\*\*/g;

export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  let paragraph: string[] = [];
  const endParagraph = () => {
    const content = paragraph.join("\n").trim();
    if (content) blocks.push({ kind: "paragraph", spans: spansOf(content) });
    paragraph = [];
  };
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] as string;
    const fence = FENCE.exec(line)?.[1];
    const heading = headingOf(line);
    const item = ITEM.exec(line);
    if (fence) {
      endParagraph();
      const code: string[] = [];
      // Code that is still being written has no end yet.
      while (++index < lines.length && !endsFence(lines[index] as string, fence)) {
        code.push(lines[index] as string);
      }
      blocks.push({ kind: "code", text: code.join("\n") });
    } else if (heading) {
      endParagraph();
      blocks.push({ kind: "heading", spans: spansOf(heading) });
    } else if (item) {
      endParagraph();
      addItem(blocks, item[1], item[2] as string);
    } else if (line.trim() === "") {
      endParagraph();
    } else {
      paragraph.push(line);
    }
  }
  endParagraph();
  return blocks;
}

/** The text without the marks that `blocksOf` understands, for a screen reader. */
export function plainOf(text: string): string {
  const plain = (spans: Span[]) => spans.map((span) => span.text).join("");
  const lines = blocksOf(text).flatMap((block) => {
    if (block.kind === "code") return [block.text];
    if (block.kind === "list") return block.items.map(plain);
    return [plain(block.spans)];
  });
  return lines.join("\n");
}

function headingOf(line: string): string | undefined {
  const text = HEADING.exec(line)?.[1]?.trimEnd();
  let end = text?.length ?? 0;
  while (text?.[end - 1] === "#") end -= 1;
  return text?.slice(0, end).trimEnd();
}

function endsFence(line: string, fence: string): boolean {
  const trimmed = line.trim();
  return trimmed.length >= fence.length && trimmed === (fence[0] as string).repeat(trimmed.length);
}

function addItem(blocks: Block[], number: string | undefined, text: string): void {
  const last = blocks.at(-1);
  const ordered = number !== undefined;
  const item = spansOf(text);
  if (last?.kind === "list" && last.ordered === ordered) last.items.push(item);
  else blocks.push({ kind: "list", ordered, start: Number(number ?? 1), items: [item] });
}

function spansOf(text: string): Span[] {
  const spans: Span[] = [];
  let end = 0;
  for (const match of text.matchAll(SPAN)) {
    if (match.index > end) spans.push({ kind: "text", text: text.slice(end, match.index) });
    const [whole, code, strong] = match;
    spans.push(
      code === undefined ? { kind: "strong", text: strong as string } : { kind: "code", text: code },
    );
    end = match.index + whole.length;
  }
  if (end < text.length) spans.push({ kind: "text", text: text.slice(end) });
  return spans;
}
