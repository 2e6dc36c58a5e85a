import type { CrawlPreview } from "@anyone/contracts/crawl-preview";

/** What a crawl is allowed and will probably take, in lines for people. */
export function sayPreview({ permissions, quota, perSecond, keys, estimate }: CrawlPreview, limit: number): string {
  const uses = permissions.uses.map(
    ({ use, permitted, why }) => `  ${use.padEnd(12)} ${permitted ? "yes" : "no "}  ${why}`,
  );
  const left = keys.map(({ name, left: now, burst, waitMs }) => {
    const wait = waitMs > 1000 ? `; the next request leaves in ${duration(waitMs / 1000)}` : "";
    return `; of ${name.replace(/^key:(.*):/, "$1 key ")} ${now} of ${burst} may leave at once${wait}`;
  });
  const rates = [
    quota &&
      `${quota.requests} requests in ${duration(quota.perSeconds)} for a key${left.join("") || ", none used yet"}`,
    perSecond !== null && `${perSecond} a second to one host`,
  ].filter(Boolean);
  const { candidates, apiRequests, imageRequests, seconds, bytes } = estimate;
  return [
    `Allowed by ${permissions.kind}'s terms (${permissions.terms}) and grants:`,
    ...uses,
    `Pace: ${rates.length > 0 ? rates.join(", ") : "no host is asked"}.`,
    `Estimate for ${limit} accepted images: about ${candidates} candidates. ${estimate.basis}`,
    `  ${apiRequests} requests that list and ${imageRequests} for images, ${seconds === null ? "no host asked" : `about ${duration(seconds)} where they lie on one host`}, ${bytes === null ? "bytes unknown until the first image" : `about ${size(bytes)}`}.`,
  ].join("\n");
}

/** "45 s", "38 min", "5.2 h". */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

function size(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
