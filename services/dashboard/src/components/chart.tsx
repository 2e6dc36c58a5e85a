import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { themeColor, useTheme } from "./theme.ts";

export interface Series {
  name: string;
  /** A colour of the theme: series-a … series-d. */
  color: string;
  /** Steps and values of equal length. */
  steps: readonly number[];
  values: readonly number[];
}

/** Curves over steps on one pair of axes; the legend shows the values under the pointer. */
export function Chart({
  series,
  height = 220,
  unit = "step",
}: {
  series: readonly Series[];
  height?: number;
  unit?: string;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [theme] = useTheme();

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme's colours are read from the page
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const axis = {
      stroke: themeColor("faint"),
      grid: { stroke: themeColor("line"), width: 1 },
      ticks: { stroke: themeColor("line"), width: 1 },
      font: "11px sans-serif",
    };
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height,
        scales: { x: { time: false } },
        axes: [
          { ...axis, label: unit, labelSize: 18, labelFont: "11px sans-serif" },
          { ...axis, size: 56 },
        ],
        series: [
          { label: unit },
          ...series.map((one) => ({
            label: one.name,
            stroke: themeColor(one.color),
            width: 1.5,
            spanGaps: true,
            points: { show: one.steps.length < 30 },
            value: (_: uPlot, value: number | null) => (value === null ? "–" : value.toPrecision(4)),
          })),
        ],
      },
      aligned(series),
      element,
    );
    const resize = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      plot.destroy();
    };
  }, [series, height, unit, theme]);

  return <div ref={box} className="min-w-0 text-xs" />;
}

/** One x for all: the union of the steps, with gaps where a series has no value. */
function aligned(series: readonly Series[]): uPlot.AlignedData {
  const steps = [...new Set(series.flatMap((one) => one.steps))].sort((a, b) => a - b);
  const columns = series.map((one) => {
    const at = new Map(one.steps.map((step, place) => [step, one.values[place] ?? null]));
    return steps.map((step) => at.get(step) ?? null);
  });
  return [steps, ...columns] as uPlot.AlignedData;
}
