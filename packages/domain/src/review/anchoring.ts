import { Z95 } from "./interval.ts";

/** One answered page of a sample: how many of its answers the labeller had an answer to, and how many were the same. */
export interface AnsweredPage {
  /** Whether the labeller's answers were kept from the person. Decided by chance, page by page. */
  blind: boolean;
  answers: number;
  agreed: number;
}

/** Pages of one kind together. */
export interface AnchoringArm {
  pages: number;
  answers: number;
  /** Share of answers that were the labeller's; null where there is none. */
  agreement: number | null;
}

/** How far suggestions sway people. */
export interface Anchoring {
  shown: AnchoringArm;
  blind: AnchoringArm;
  /** Agreement where suggestions were shown, less agreement where not, with its 95 % interval; null under two pages of a kind. */
  sway: { difference: number; low: number; high: number } | null;
}

/**
 * Compares agreement with the labeller between pages that show its answers and blind ones. Which page is blind is drawn by
 * chance, so the difference is what showing does. Answers of one page are not independent: the variance is that of a
 * proportion over clusters, the page being the cluster (Cochran, Sampling Techniques, 3rd ed. 1977, § 3.12):
 * v = m / (m − 1) · Σ (aᵢ − p nᵢ)² / (Σ nᵢ)² over m pages.
 */
export function measureAnchoring(pages: readonly AnsweredPage[]): Anchoring {
  const shown = arm(pages.filter(({ blind }) => !blind));
  const blind = arm(pages.filter((page) => page.blind));
  const { agreement: with_, variance: a } = shown;
  const { agreement: without, variance: b } = blind;
  const known = with_ !== null && without !== null && a !== null && b !== null;
  const difference = known ? with_ - without : 0;
  const half = known ? Z95 * Math.sqrt(a + b) : 0;
  return {
    shown: plain(shown),
    blind: plain(blind),
    sway: known ? { difference, low: Math.max(-1, difference - half), high: Math.min(1, difference + half) } : null,
  };
}

function arm(pages: readonly AnsweredPage[]): AnchoringArm & { variance: number | null } {
  const counted = pages.filter(({ answers }) => answers > 0);
  const answers = counted.reduce((sum, page) => sum + page.answers, 0);
  const agreed = counted.reduce((sum, page) => sum + page.agreed, 0);
  const agreement = answers > 0 ? agreed / answers : null;
  const m = counted.length;
  const squares = counted.reduce((sum, page) => sum + (page.agreed - (agreement ?? 0) * page.answers) ** 2, 0);
  return { pages: m, answers, agreement, variance: m > 1 ? ((m / (m - 1)) * squares) / answers ** 2 : null };
}

function plain({ pages, answers, agreement }: AnchoringArm): AnchoringArm {
  return { pages, answers, agreement };
}
