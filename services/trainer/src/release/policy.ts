import { TrainingPolicy } from "@anyone/domain/train/run";
import { z } from "zod";

/** How a version is cut and what follows: stored with the version when it is opened. */
const ReleasePolicy = z.object({
  /** Items of one shard: the unit of retry. */
  shardSize: z.number().int().min(1).max(10_000).default(64),
  /** Leaves out perceived appearance: country, age, gender, body shape. */
  withoutSensitive: z.boolean().default(false),
  /** What is trained on the version once it is released; null: nothing by itself. */
  training: TrainingPolicy.nullable().default(() => TrainingPolicy.parse({})),
});
export type ReleasePolicy = z.infer<typeof ReleasePolicy>;

/** A version's stored policy with what it leaves open filled in. */
export function releasePolicy(stored: unknown): ReleasePolicy {
  return ReleasePolicy.parse(stored ?? {});
}
