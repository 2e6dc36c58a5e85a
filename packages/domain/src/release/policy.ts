import { z } from "zod";
import { TrainingPolicy } from "../train/run.ts";

/** The key of the setting that holds the policy. */
export const RELEASE_POLICY = "release.policy";

/** How a version is cut and what follows: the operator's setting, copied into each version when it is opened. */
export const ReleasePolicy = z.strictObject({
  /** Items of one shard: the unit of retry. */
  shardSize: z.number().int().min(1).max(10_000).default(64),
  /** Leaves out perceived appearance: country, age, gender, body shape. */
  withoutSensitive: z.boolean().default(false),
  /** Whether versions are given to others: then what may only be trained on is left out of them, too. */
  redistributed: z.boolean().default(false),
  /** What is trained on the version once it is released; null: nothing by itself. */
  training: TrainingPolicy.nullable().default(() => TrainingPolicy.parse({})),
});
export type ReleasePolicy = z.infer<typeof ReleasePolicy>;

/** A version's stored policy with what it leaves open filled in. */
export function releasePolicy(stored: unknown): ReleasePolicy {
  return ReleasePolicy.parse(stored ?? {});
}
