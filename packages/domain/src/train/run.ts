import { z } from "zod";

/** Recipes the GPU worker knows, by name; each is printed in full before a run and stored with it. */
export const Recipe = z.enum(["sd15_tiny", "debug"]);
export type Recipe = z.infer<typeof Recipe>;

/**
 * The two arms of every comparison: `hola` trains with the attention loss, `plain` with β = 0, on the same seeds, so
 * that data order, noise and timesteps are common to both and their differences are paired.
 */
export const ARMS = ["hola", "plain"] as const;
export type Arm = (typeof ARMS)[number];

/** What a version's training consists of: `seeds` runs per arm. */
export const TrainingPolicy = z.strictObject({
  recipe: Recipe.default("sd15_tiny"),
  seeds: z.number().int().min(1).max(20).default(3),
  /** Steps of every run; absent: the recipe's own number. */
  steps: z.number().int().min(1).max(1_000_000).optional(),
  /** Weight of the HOLA loss in the `hola` arm; absent: the recipe's own. */
  beta: z.number().positive().max(100).optional(),
});
export type TrainingPolicy = z.infer<typeof TrainingPolicy>;

export interface ArmRun {
  id: string;
  arm: Arm;
  seed: number;
  overrides: { beta?: number; steps?: number };
}

/** Every run of a dataset version's training, `hola` and `plain` of one seed beside each other. */
export function armRuns(version: number, policy: TrainingPolicy): ArmRun[] {
  const steps = policy.steps === undefined ? {} : { steps: policy.steps };
  const beta = policy.beta === undefined ? {} : { beta: policy.beta };
  return Array.from({ length: policy.seeds }, (_, seed) => seed).flatMap((seed) =>
    ARMS.map((arm) => ({
      id: `v${version}-${policy.recipe}-${arm}-${seed}`,
      arm,
      seed,
      overrides: arm === "plain" ? { ...steps, beta: 0 } : { ...steps, ...beta },
    })),
  );
}
