import type { KeyQuota } from "./key-quota.ts";
import type { SourceSettings } from "./source.ts";

/** What is known of a source before a crawl. */
export interface Experience {
  /** Its candidates that came to an end, and how many of them were kept; or those of all sources of its kind. */
  judged: number;
  kept: number;
  of: "source" | "kind" | "nothing";
  /** Mean bytes of its fetched images; null before the first. */
  bytesPerImage: number | null;
}

/** What a crawl will probably take. */
export interface Estimate {
  /** Share of the candidates that is kept, and in a sentence where that comes from. */
  yield: number;
  basis: string;
  candidates: number;
  /** Requests that list; 0 where a list or a folder is read. */
  apiRequests: number;
  imageRequests: number;
  /** At the polite rate, if all images lie on one host: more hosts are asked side by side. Null where no host is asked. */
  seconds: number | null;
  bytes: number | null;
}

/** As for the pool's watch (`pool-watch.ts`): one half, as sure as if fifty verdicts had said so. */
const EXPECTED = { judged: 50, kept: 25 };

/** Estimates a crawl for so many accepted images from what its source gave so far. */
export function estimateCrawl(settings: SourceSettings, limit: number, known: Experience): Estimate {
  const share = (known.kept + EXPECTED.kept) / (known.judged + EXPECTED.judged);
  const candidates = Math.ceil(limit / share);
  const web = "politeness" in settings ? settings.politeness : undefined;
  const quota = quotaOf(settings);
  const listed = "share" in settings ? candidates / settings.share : candidates;
  const apiRequests = quota && "perPage" in settings ? Math.ceil(listed / settings.perPage) : 0;
  const listing = quota ? (apiRequests * quota.perSeconds) / quota.requests : 0;
  return {
    yield: share,
    basis: basisOf(known, share),
    candidates,
    apiRequests,
    imageRequests: web ? candidates : 0,
    seconds: web ? Math.max(listing, candidates / web.perSecond) : null,
    bytes: known.bytesPerImage === null ? null : Math.round(candidates * known.bytesPerImage),
  };
}

/** What an API grants the key of such a source; undefined where there is no key. */
export function quotaOf(settings: SourceSettings): KeyQuota | undefined {
  return "quota" in settings ? settings.quota : undefined;
}

function basisOf({ judged, kept, of }: Experience, share: number): string {
  const percent = `${(share * 100).toFixed(0)} %`;
  if (of === "nothing") return `Nothing was judged yet: ${percent} are expected to be kept.`;
  const whose = of === "source" ? "of this source" : "of other sources of its kind";
  return `${kept} of ${judged} judged candidates ${whose} were kept: ${percent} are expected.`;
}
