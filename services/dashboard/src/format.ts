/** 12,345 */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** 12.3k, 4.5M: for places where the width is what counts. */
export function compact(value: number): string {
  return value < 10_000
    ? count(value)
    : new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

/** 85.2 % */
export function percent(share: number | null | undefined, digits = 1): string {
  return share === null || share === undefined ? "–" : `${(share * 100).toFixed(digits)} %`;
}

/** 42 s, 3 min, 5 h, 2 d */
export function duration(seconds: number): string {
  if (seconds < 1) return "0 s";
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129_600) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** "3 min ago" */
export function ago(moment: string | null | undefined): string {
  if (!moment) return "–";
  const seconds = (Date.now() - Date.parse(moment)) / 1000;
  return seconds < 2 ? "now" : `${duration(seconds)} ago`;
}

/** 2026-08-01 12:34:56 */
export function moment(text: string | null | undefined): string {
  return text ? text.slice(0, 19).replace("T", " ") : "–";
}

/** Four significant digits, without an exponent where that is readable. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.0001 || size >= 1e7)) return value.toExponential(2);
  return value.toLocaleString("en-US", { maximumSignificantDigits: 4 });
}

/** 1.2 MB */
export function bytes(size: number | null | undefined): string {
  if (size === null || size === undefined) return "–";
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(size, 1)) / 3));
  return `${(size / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

/** The first digits of a hash. */
export function short(hash: string | null | undefined, digits = 10): string {
  return hash ? hash.slice(0, digits) : "–";
}
