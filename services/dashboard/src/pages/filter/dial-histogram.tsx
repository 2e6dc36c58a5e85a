import { DIAL_WORDS, spokenThreshold } from "@anyone/domain/filter/dial-words";
import type { ScoreHistogram } from "@anyone/domain/filter/histogram";
import { passesAt, positionsOf, summedBins } from "@anyone/domain/filter/moved-dial";
import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import { count } from "../../format.ts";

interface Props {
  histogram: ScoreHistogram;
  /** Where the threshold stands on this page; null: off. */
  at: number | null;
  onMove: (at: number | null) => void;
}

/** One score's histogram, and its threshold as a line that moves by pointer and by keyboard. */
export function DialHistogram({ histogram, at, onMove }: Props) {
  const plot = useRef<HTMLDivElement>(null);
  const { dial, direction, edges, threshold } = histogram;
  const [low, high] = [edges[0] ?? 0, edges.at(-1) ?? 1];
  const positions = positionsOf(histogram);
  const standing = (position: number | null) => position ?? (direction === "least" ? low : high);
  const across = (position: number | null) => ((standing(position) - low) / (high - low)) * 100;

  function toPointer(event: PointerEvent): void {
    const box = plot.current?.getBoundingClientRect();
    if (!box) return;
    const wanted = ((event.clientX - box.left) / box.width) * 100;
    const distance = (position: number | null) => Math.abs(across(position) - wanted);
    onMove(positions.reduce((best, one) => (distance(one) < distance(best) ? one : best)));
  }

  function toKey(event: KeyboardEvent): void {
    const place = positions.indexOf(at);
    const step = STEPS[event.key];
    const wanted = event.key === "Home" ? 0 : event.key === "End" ? positions.length - 1 : step && place + step;
    if (wanted === undefined) return;
    event.preventDefault();
    onMove(positions[Math.min(positions.length - 1, Math.max(0, wanted))] ?? null);
  }

  return (
    <div className="select-none">
      <div
        ref={plot}
        className="relative mx-2 h-28 cursor-ew-resize touch-none border-b border-strong"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          event.preventDefault();
          toPointer(event);
          event.currentTarget.querySelector<HTMLElement>("[role=slider]")?.focus();
        }}
        onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && toPointer(event)}
      >
        <Bars histogram={histogram} at={at} across={across} />
        {threshold !== null && threshold !== at && (
          <span
            className="absolute inset-y-0 border-l border-dashed border-dim"
            style={{ left: `${across(threshold)}%` }}
            title={`in force: ${spokenThreshold(dial, threshold)}`}
          />
        )}
        <div
          role="slider"
          tabIndex={0}
          aria-label={`threshold of ${DIAL_WORDS[dial].name}`}
          aria-valuemin={Math.min(...positions.map(standing))}
          aria-valuemax={Math.max(...positions.map(standing))}
          aria-valuenow={standing(at)}
          aria-valuetext={spokenThreshold(dial, at)}
          onKeyDown={toKey}
          className="absolute inset-y-0 -ml-2 w-4 rounded"
          style={{ left: `${across(at)}%` }}
        >
          <span className="absolute inset-y-0 left-1/2 -ml-px w-0.5 bg-ink" />
          <span className="absolute top-0 left-1/2 -ml-1.5 h-4 w-3 rounded-sm border border-panel bg-ink" />
        </div>
      </div>
      <div className="mx-2 mt-0.5 flex justify-between text-xs text-faint">
        <span>
          {low} <span className="ml-2">{direction === "least" ? "dropped" : "kept"}</span>
        </span>
        <span>
          <span className="mr-2">{direction === "least" ? "kept" : "dropped"}</span> {high}
        </span>
      </div>
    </div>
  );
}

/** How far a key moves the line, in positions. */
const STEPS: Readonly<Record<string, number>> = {
  ...{ ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 },
  ...{ PageDown: -5, PageUp: 5 },
};

/** Heights grow with the square root of the count: a bar of few stays in sight beside one of many. */
function Bars({ histogram, at, across }: Pick<Props, "histogram" | "at"> & { across: (value: number) => number }) {
  const bins = summedBins(histogram);
  const tallest = Math.sqrt(Math.max(1, ...bins.map(({ all }) => all)));
  const { unit } = DIAL_WORDS[histogram.dial];
  return (
    <svg viewBox="0 0 100 100" preserveAspectRatio="none" className="absolute inset-0 h-full w-full" aria-hidden="true">
      {bins
        .filter(({ all }) => all > 0)
        .map((bin) => {
          const [x, height] = [across(bin.from), (many: number) => (Math.sqrt(many) / tallest) * 84];
          const bar = { x: x + 0.08, width: Math.max(0.2, across(bin.to) - x - 0.16) };
          return (
            <g key={bin.from} className={passesAt(histogram, bin, at) ? "fill-good" : "fill-warn"}>
              <title>
                {`${bin.from} to ${bin.to} ${unit}: ${count(bin.all)} candidates, ${count(bin.decided)} that this threshold alone decides about`}
              </title>
              <rect {...bar} y={100 - height(bin.all)} height={height(bin.all)} opacity={0.35} />
              <rect {...bar} y={100 - height(bin.decided)} height={height(bin.decided)} opacity={0.9} />
            </g>
          );
        })}
    </svg>
  );
}
