import type { FilterReport } from "@anyone/domain/filter/report";
import { recordedReasons, type Sample, samplesOf } from "@anyone/domain/filter/summed-gates";

/** A report's sample pictures as small JPEGs inside the page, by the candidates' ids. */
export interface SamplePictures {
  urls: ReadonlyMap<string, string>;
  /** Pictures whose bytes are gone, or can't be decoded. */
  unread: number;
}

const EACH = 9;

/** The samples that a file shows, by outcome, most frequent first. */
export function shownSamples(report: FilterReport): { outcome: string; samples: Sample[] }[] {
  const outcomes = [...recordedReasons(report).map(({ reason }) => reason), null];
  return outcomes.map((reason) => ({ outcome: reason ?? "kept", samples: samplesOf(report, reason, EACH) }));
}
