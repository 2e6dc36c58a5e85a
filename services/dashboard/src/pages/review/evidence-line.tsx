import type { EvidencePoint, GateDecision } from "@anyone/contracts/review";

const [WIDTH, HEIGHT] = [46, 16];

/**
 * How a category's evidence went from iteration to iteration: the logarithm of its e-value, with the line that it has to
 * reach. Each labeller starts its own afresh.
 */
export function EvidenceLine({ points, gate }: { points: readonly EvidencePoint[]; gate: GateDecision }) {
  const needed = gate.logNeeded ?? 0;
  const values = points.map(({ logAbove }) => logAbove);
  // far beyond either end nothing is to be seen: the line keeps to what decides
  const [low, high] = [
    Math.max(-needed, Math.min(0, ...values)),
    Math.min(3 * needed, Math.max(needed * 1.3, ...values)),
  ];
  const y = (log: number) =>
    HEIGHT - 1 - ((Math.min(high, Math.max(low, log)) - low) / (high - low || 1)) * (HEIGHT - 2);
  const x = (place: number) => (values.length < 2 ? WIDTH / 2 : 2 + (place / (values.length - 1)) * (WIDTH - 4));
  const tone = gate.evidence === "graduate" ? "good" : gate.evidence === "tail" ? "bad" : "warn";
  const [stroke, fill] = {
    good: ["stroke-good", "fill-good"],
    bad: ["stroke-bad", "fill-bad"],
    warn: ["stroke-warn", "fill-warn"],
  }[tone] as [string, string];
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      className="h-4 w-[46px]"
      role="img"
      aria-label={`evidence of category ${gate.category}: e-value ${eValue(gate.logAbove)}, needed ${eValue(needed)}`}
    >
      <title>{points.map((point) => `iteration ${point.iteration}: e = ${eValue(point.logAbove)}`).join("\n")}</title>
      <line
        x1="0"
        x2={WIDTH}
        y1={y(needed)}
        y2={y(needed)}
        className="stroke-faint"
        strokeWidth="1"
        strokeDasharray="2 2"
      />
      {values.length > 1 && (
        <polyline
          points={values.map((value, place) => `${x(place)},${y(value)}`).join(" ")}
          fill="none"
          className={stroke}
          strokeWidth="1.5"
        />
      )}
      {values.length > 0 && <circle cx={x(values.length - 1)} cy={y(values.at(-1) ?? 0)} r="2" className={fill} />}
    </svg>
  );
}

/** An e-value from its natural logarithm, short: 0.02, 14, 3e7. */
export function eValue(log: number | null): string {
  if (log === null) return "–";
  const tens = log / Math.LN10;
  if (Math.abs(tens) >= 5) return `${tens < 0 ? "1e-" : "1e"}${Math.floor(Math.abs(tens))}`;
  const value = Math.exp(log);
  return value >= 10 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(2);
}
