/** One line of a chart. */
export interface Series {
  label: string;
  /** CSS class that gives its colour: `hola` or `plain`. */
  tone: string;
  points: readonly (readonly [number, number])[];
}

const WIDTH = 460;
const HEIGHT = 190;
const MARGIN = { left: 46, right: 10, top: 12, bottom: 26 };

/** A line chart as SVG, with the least and greatest value of both axes written. Empty text when there is nothing to draw. */
export function lineChart(title: string, series: readonly Series[]): string {
  const points = series.flatMap((one) => one.points);
  if (points.length === 0) return "";
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const across = (x: number) => MARGIN.left + ((x - x0) / (x1 - x0 || 1)) * (WIDTH - MARGIN.left - MARGIN.right);
  const up = (y: number) =>
    HEIGHT - MARGIN.bottom - ((y - y0) / (y1 - y0 || 1)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const lines = series.map(({ tone, points: own, label }) => {
    const path = own
      .map(([x, y], index) => `${index === 0 ? "M" : "L"}${across(x).toFixed(1)} ${up(y).toFixed(1)}`)
      .join("");
    return `<path class="line ${tone}" d="${path}"><title>${label}</title></path>`;
  });
  return [
    `<figure><figcaption>${title}</figcaption>`,
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">`,
    `<line class="axis" x1="${MARGIN.left}" y1="${HEIGHT - MARGIN.bottom}" x2="${WIDTH - MARGIN.right}" y2="${HEIGHT - MARGIN.bottom}"/>`,
    `<text x="${MARGIN.left - 6}" y="${up(y1) + 4}" text-anchor="end">${short(y1)}</text>`,
    `<text x="${MARGIN.left - 6}" y="${up(y0) + 4}" text-anchor="end">${short(y0)}</text>`,
    `<text x="${MARGIN.left}" y="${HEIGHT - 8}">step ${x0}</text>`,
    `<text x="${WIDTH - MARGIN.right}" y="${HEIGHT - 8}" text-anchor="end">${x1}</text>`,
    ...lines,
    "</svg></figure>",
  ].join("");
}

function short(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
