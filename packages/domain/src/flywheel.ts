import { z } from "zod";

/** The seven stages, in the order an image meets them. These words name folders, jobs, tables, routes and pages. */
export const STAGES = ["source", "filter", "annotate", "review", "release", "train", "evaluate"] as const;

export const Stage = z.enum(STAGES);
export type Stage = z.infer<typeof Stage>;

/**
 * Which stage's work may cause which stage's work. A task of one stage may always cause more of its own stage
 * (the next page, the next chunk); the edges back are the turns of the wheel: annotate ⇄ review, and retraining.
 */
const EDGES: Readonly<Record<Stage, readonly Stage[]>> = {
  source: ["filter"],
  filter: ["annotate", "source"],
  annotate: ["review", "release"],
  review: ["annotate", "release", "train"],
  release: ["train"],
  train: ["evaluate", "annotate", "review"],
  evaluate: ["review", "source", "train"],
};

/** Whether a task of stage `from` may write a task of stage `to` in its commit. */
export function mayFollow(from: Stage, to: Stage): boolean {
  return from === to || EDGES[from].includes(to);
}
