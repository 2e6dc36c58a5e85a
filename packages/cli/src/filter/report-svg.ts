import type { TruthCurve } from "@anyone/domain/filter/curve";
import { DIAL_WORDS, spokenThreshold } from "@anyone/domain/filter/dial-words";
import type { ScoreHistogram } from "@anyone/domain/filter/histogram";
import { passesAt, summedBins } from "@anyone/domain/filter/moved-dial";
import { escaped } from "../html/markup.ts";

const [WIDTH, HEIGHT, FOOT, LEFT] = [460, 150, 18, 30];

/** One score's histogram with the threshold in force. Heights grow with the square root of the count. */
export function histogramSvg(histogram: ScoreHistogram): string {
  const { dial, direction, threshold, edges } = histogram;
  const { name, unit } = DIAL_WORDS[dial];
  const bins = summedBins(histogram);
  const [low, high] = [edges[0] ?? 0, edges.at(-1) ?? 1];
  const across = (value: number) => ((value - low) / (high - low)) * WIDTH;
  const tallest = Math.sqrt(Math.max(1, ...bins.map(({ all }) => all)));
  const foot = HEIGHT - FOOT;
  const bars = bins
    .filter(({ all }) => all > 0)
    .map((bin) => {
      const { from, to, all, decided } = bin;
      const bar = (count: number, pale: boolean) => {
        const height = (Math.sqrt(count) / tallest) * (foot - 14);
        return `<rect x="${num(across(from) + 0.3)}" y="${num(foot - height)}" width="${num(Math.max(0.8, across(to) - across(from) - 0.6))}" height="${num(height)}"${pale ? ' opacity=".35"' : ""}/>`;
      };
      const says = `${from} to ${to} ${unit}: ${all}, of which this threshold alone decides about ${decided}`;
      return `<g class="${passesAt(histogram, bin, threshold) ? "kept" : "dropped"}"><title>${escaped(says)}</title>${bar(all, true)}${bar(decided, false)}</g>`;
    });
  const sides = direction === "least" ? ["dropped", "kept"] : ["kept", "dropped"];
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(`${name}, threshold ${spokenThreshold(dial, threshold)}`)}">`,
    ...bars,
    `<line class="axis" x1="0" y1="${foot}" x2="${WIDTH}" y2="${foot}"/>`,
    threshold === null ? "" : thresholdLine(across(threshold), foot),
    text(0, "start", `${low} ${sides[0]}`),
    text(WIDTH, "end", `${sides[1]} ${high}`),
    "</svg>",
  ].join("");
}

function thresholdLine(x: number, foot: number): string {
  return `<line class="threshold" x1="${num(x)}" y1="0" x2="${num(x)}" y2="${foot}"/>`;
}

/** Precision and recall at every cut, with Wilson's 95 % bands, and the threshold in force. */
export function curveSvg({ dial, threshold, points }: TruthCurve): string {
  const cuts = points.map(({ cut }) => cut);
  const [low, high] = [Math.min(...cuts), Math.max(...cuts)];
  const foot = HEIGHT - FOOT;
  const across = (cut: number) => LEFT + ((cut - low) / (high - low || 1)) * (WIDTH - LEFT);
  const up = (share: number) => 6 + (1 - share) * (foot - 6);
  const line = (of: "precision" | "recall") => {
    const known = points.flatMap(({ cut, [of]: { share, low: least, high: most } }) =>
      share === null || least === null || most === null ? [] : [{ cut, share, least, most }],
    );
    const at = (cut: number, share: number) => `${num(across(cut))},${num(up(share))}`;
    const band = [
      ...known.map(({ cut, most }) => at(cut, most)),
      ...known.toReversed().map(({ cut, least }) => at(cut, least)),
    ];
    return `<g class="${of}"><polygon points="${band.join(" ")}"/><polyline points="${known
      .map(({ cut, share }) => at(cut, share))
      .join(" ")}"><title>${of}</title></polyline></g>`;
  };
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(`precision and recall over ${DIAL_WORDS[dial].name}`)}">`,
    `<line class="axis" x1="${LEFT}" y1="${foot}" x2="${WIDTH}" y2="${foot}"/>`,
    line("precision"),
    line("recall"),
    threshold === null ? "" : thresholdLine(across(threshold), foot),
    `<text x="${LEFT - 4}" y="12" text-anchor="end">1</text><text x="${LEFT - 4}" y="${foot}" text-anchor="end">0</text>`,
    text(LEFT, "start", String(low)),
    text(WIDTH, "end", String(high)),
    "</svg>",
  ].join("");
}

function text(x: number, anchor: string, says: string): string {
  return `<text x="${x}" y="${HEIGHT - 4}" text-anchor="${anchor}">${escaped(says)}</text>`;
}

const num = (value: number) => Number(value.toFixed(2));
