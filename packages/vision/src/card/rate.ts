import { random } from "@anyone/domain/random";
import { normalQuantile } from "@anyone/domain/review/normal-quantile";

/** z of a 95 % interval. */
const Z = normalQuantile(0.975);

/** So many of so many with Wilson's 95 % interval (Wilson 1927), as a card writes it. */
export function rate(hits: number, count: number): string {
  if (count === 0) return "none";
  const p = hits / count;
  const middle = (p + (Z * Z) / (2 * count)) / (1 + (Z * Z) / count);
  const half = (Z * Math.sqrt((p * (1 - p)) / count + (Z * Z) / (4 * count * count))) / (1 + (Z * Z) / count);
  const [low, high] = [Math.max(0, middle - half), Math.min(1, middle + half)];
  return `${p.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)}; ${hits} of ${count})`;
}

/** How many of the items it holds for. */
export function share<Item>(items: readonly Item[], holds: (item: Item) => boolean): string {
  return rate(items.filter(holds).length, items.length);
}

/** A mean with the 95 % interval that 1000 drawings with replacement give (Efron 1979); the same numbers always give the same one. */
export function mean(values: readonly number[]): string {
  if (values.length === 0) return "none";
  const average = (all: readonly number[]) => all.reduce((sum, value) => sum + value, 0) / all.length;
  const next = random("card");
  const drawn = Array.from({ length: 1000 }, () =>
    average(values.map(() => values[Math.floor(next() * values.length)] as number)),
  ).sort((a, b) => a - b);
  const [low, high] = [drawn[25] as number, drawn[974] as number];
  return `${average(values).toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)}; n = ${values.length})`;
}
