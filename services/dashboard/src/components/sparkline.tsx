import { useEffect, useState } from "react";

const LENGTH = 60;
const past = new Map<string, number[]>();

/** How a figure went since this page was opened, one value per reading. */
export function Sparkline({ of, value }: { of: string; value: number }) {
  const [values, setValues] = useState<readonly number[]>(past.get(of) ?? []);

  useEffect(() => {
    const timer = setInterval(() => {
      const grown = [...(past.get(of) ?? []), value].slice(-LENGTH);
      past.set(of, grown);
      setValues(grown);
    }, 1_500);
    return () => clearInterval(timer);
  }, [of, value]);

  const most = Math.max(1, ...values);
  const points = values.map(
    (one, place) => `${((LENGTH - values.length + place) / (LENGTH - 1)) * 100},${19 - (one / most) * 17}`,
  );
  return (
    <svg
      viewBox="0 0 100 20"
      preserveAspectRatio="none"
      className="my-1 h-5 w-full"
      role="img"
      aria-label={`pace of ${of}`}
    >
      <line x1="0" y1="19.5" x2="100" y2="19.5" className="stroke-line" vectorEffect="non-scaling-stroke" />
      {points.length > 1 && (
        <polyline
          points={points.join(" ")}
          fill="none"
          className="stroke-accent"
          strokeWidth="1.5"
          vectorEffect="non-scaling-stroke"
        />
      )}
    </svg>
  );
}
