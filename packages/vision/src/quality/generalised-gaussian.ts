import type { Moments } from "./moments.ts";

/** Shapes tried by the moment match, .2 to 10 in steps of .001, and the ratio r(α) = Γ(2/α)² / (Γ(1/α) Γ(3/α)) of each. */
const SHAPES = Float64Array.from({ length: 9800 }, (_, i) => 0.2 + i * 0.001);
const RATIOS = SHAPES.map((a) => Math.exp(2 * logGamma(2 / a) - logGamma(1 / a) - logGamma(3 / a)));

/** Fits an asymmetric generalised Gaussian by moments (Lasmar et al. 2009): its shape and the deviations left and right of zero. */
export function asymmetricFit(m: Moments): { shape: number; left: number; right: number } {
  const left = Math.sqrt((m.squares - m.signedSquares) / 2 / (m.negative || 1));
  const right = Math.sqrt((m.squares + m.signedSquares) / 2 / (m.positive || 1));
  const lean = left / right;
  const ratio = (m.absolute / m.count) ** 2 / (m.squares / m.count);
  const target = (ratio * (lean ** 3 + 1) * (lean + 1)) / (lean * lean + 1) ** 2;
  return { shape: SHAPES[nearest(target)] as number, left, right };
}

/** Γ(2/α)/Γ(1/α) · √(Γ(1/α)/Γ(3/α)): turns the two deviations' difference into the distribution's mean. */
export function gaussianRatio(shape: number): number {
  const [one, two, three] = [logGamma(1 / shape), logGamma(2 / shape), logGamma(3 / shape)];
  return Math.exp(two - one + (one - three) / 2);
}

/** Index of the ratio nearest to `target`; the ratios rise with the shape. */
function nearest(target: number): number {
  let [low, high] = [0, RATIOS.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((RATIOS[middle] as number) < target) low = middle;
    else high = middle;
  }
  return target - (RATIOS[low] as number) <= (RATIOS[high] as number) - target ? low : high;
}

/** Lanczos' series as in Numerical Recipes; relative error under 2e-10. */
function logGamma(z: number): number {
  const series = [
    76.18009172947146, -86.50532032941678, 24.01409824083091, -1.231739572450155, 0.1208650973866179e-2,
    -0.5395239384953e-5,
  ];
  const t = z + 5.5;
  const sum = series.reduce((s, c, i) => s + c / (z + 1 + i), 1.000000000190015);
  return (z + 0.5) * Math.log(t) - t + Math.log((2.5066282746310007 * sum) / z);
}
