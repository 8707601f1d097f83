/** The wheel as a picture. Its labels are in the list below it, too. */

import type { Ref } from "preact";
import { memo } from "preact/compat";
import { type Campaign, fontStack } from "../model/campaign.ts";
import { layoutLabel, type Measure, RADIUS } from "../model/labels.ts";
import { middleOf } from "../model/spin.ts";

const EDGE = 18; // the rim around the segments
const SIZE = RADIUS + EDGE;
const VIEW = `${-SIZE} ${-SIZE} ${2 * SIZE} ${2 * SIZE}`;
const WEIGHT = 650;

interface Props {
  campaign: Campaign;
  title: string;
  discRef: Ref<HTMLDivElement>;
  pointerRef: Ref<SVGSVGElement>;
}

function WheelPicture({ campaign, title, discRef, pointerRef }: Props) {
  const { emblem } = campaign.media;
  return (
    <div class="wheel" role="img" aria-label={title} data-testid="wheel">
      <div class="disc" ref={discRef}>
        <Disc campaign={campaign} />
      </div>
      <div class="hub">{emblem ? <img src={emblem} alt="" /> : <Star />}</div>
      <svg class="pointer" ref={pointerRef} viewBox="-20 -20 40 60" aria-hidden="true">
        <path d="M0 36 L-15 0 A16 16 0 1 1 15 0 Z" />
        <circle r="5" />
      </svg>
    </div>
  );
}

/** Drawn once: while the wheel turns, only its angle changes. */
export const Wheel = memo(WheelPicture);

function Disc({ campaign }: { campaign: Campaign }) {
  const { segments, theme } = campaign;
  const measure = measureIn(fontStack(theme.fontFamily));
  const count = segments.length;
  return (
    <svg viewBox={VIEW} aria-hidden="true">
      <circle class="rim" r={RADIUS + EDGE - 2} />
      {segments.map((segment, at) => {
        const [fill, text] = coloursOf(campaign, at);
        const label = layoutLabel(segment.label, count, measure);
        return (
          <g
            key={segment.id}
            transform={`rotate(${middleOf(at, count)})`}
            data-segment={segment.id}
            data-whole={label.isWhole}
          >
            <path class="segment" d={segmentPath(count)} fill={fill} />
            <g transform={`rotate(${label.turn})`} fill={text} fontSize={label.fontSize}>
              {label.lines.map(({ text: line, x, y }) => (
                <text key={y} x={x} y={y}>
                  {line}
                </text>
              ))}
            </g>
          </g>
        );
      })}
      {Array.from({ length: Math.max(count, 12) }, (_, at) => (
        <circle
          key={at}
          class="bulb"
          r="4.5"
          cy={-(RADIUS + EDGE / 2 - 1)}
          transform={`rotate(${((at + 0.5) * 360) / Math.max(count, 12)})`}
        />
      ))}
    </svg>
  );
}

function Star() {
  return (
    <svg viewBox="-12 -12 24 24" aria-hidden="true">
      <path d="M0-9 2.6-3 9-2.6 4.2 1.5 5.6 7.8 0 4.4-5.6 7.8-4.2 1.5-9-2.6-2.6-3Z" />
    </svg>
  );
}

/** The segment whose middle points upwards. */
function segmentPath(count: number): string {
  const half = Math.PI / count;
  const [x, y] = [RADIUS * Math.sin(half), -RADIUS * Math.cos(half)];
  return `M0 0 L${-x} ${y} A${RADIUS} ${RADIUS} 0 ${count < 2 ? 1 : 0} 1 ${x} ${y} Z`;
}

/** A segment's colour and that of its text. Neighbours differ, even the first and the last. */
function coloursOf({ segments, theme }: Campaign, at: number): [string, string] {
  const isOddLast = segments.length % 2 === 1 && at === segments.length - 1;
  if (isOddLast) return [theme.textColor, theme.backgroundColor];
  return at % 2 === 0
    ? [theme.primaryColor, theme.onPrimaryColor]
    : [theme.secondaryColor, theme.onSecondaryColor];
}

function measureIn(font: string): Measure {
  const context = document.createElement("canvas").getContext("2d");
  if (context === null) return (text) => text.length * 0.6;
  context.font = `${WEIGHT} 100px ${font}`;
  const known = new Map<string, number>();
  return (text) => {
    const width = known.get(text) ?? context.measureText(text).width / 100;
    known.set(text, width);
    return width;
  };
}
