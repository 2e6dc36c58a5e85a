import type { EvaluationSetVersion, EvaluationTopUp } from "@anyone/contracts/review";
import { table } from "../output.ts";

/** The versions of the evaluation set, newest first, and what its kin keep from training. */
export function evaluationText(versions: readonly EvaluationSetVersion[], keptFromTraining: number): string {
  if (versions.length === 0) return "No evaluation set was frozen yet: the first iteration draws it.";
  return [
    table([
      ["version", "images", "came", "left", "chance", "frozen", "sha256"],
      ...versions.map(({ version, size, added, departed, inclusion, frozenAt, sha256 }) => [
        version,
        size,
        added,
        departed,
        inclusion === null ? "not kept" : inclusion.toFixed(4),
        frozenAt,
        sha256.slice(0, 12),
      ]),
    ]),
    ...(keptFromTraining > 0
      ? [
          `Nothing is learned from ${keptFromTraining} sampled images: they turned out to be near duplicates of evaluation images, or to show the same person.`,
        ]
      : []),
  ].join("\n");
}

/** What topping up did, or would do. */
export function topUpText({ id, version, size, added, departed, changed }: EvaluationTopUp, dryRun: boolean): string {
  if (!changed) return `${id} still is a uniform draw of the pool: nothing came that it would hold, and nothing left.`;
  const verb = dryRun ? "would hold" : "holds";
  return `Version ${version} ${verb} ${size} images: ${added} drawn from what came, ${departed} left out because the pool no longer holds them.`;
}
