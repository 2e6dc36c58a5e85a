import { fault } from "@anyone/domain/fault";
import type { JudgedCandidate } from "@anyone/domain/filter/stored";
import type { Truth } from "@anyone/domain/filter/truth";
import { dropTruth } from "@anyone/drawn-world/drop-truth";
import { imageId, seedOf } from "@anyone/drawn-world/servers/catalogue";
import { DEFECTS } from "@anyone/drawn-world/truth";
import { z } from "zod";
import type { Labels } from "../filter/read-truth.ts";

/** What a drawn world answers about one of its images; only simulated annotators and reports ever read it. */
export const DrawnTruth = z.object({
  seed: z.number().int(),
  defect: z.enum(DEFECTS).nullable(),
  duplicateOf: z.number().int().nullable(),
  framing: z.string(),
  answers: z.record(z.string(), z.string()),
  secondColors: z.record(z.string(), z.string()),
  caption: z.string(),
});
export type DrawnTruth = z.infer<typeof DrawnTruth>;

/** Asks the world at an address; undefined for what it did not draw. */
export async function askWorld(address: string, idOrUrl: string): Promise<DrawnTruth | undefined> {
  const seed = seedOf(idOrUrl);
  if (seed === undefined) return undefined;
  const response = await fetch(new URL(`/truth/${imageId(seed)}`, address));
  return response.ok ? DrawnTruth.parse(await response.json()) : undefined;
}

const ASKED_AT_ONCE = 16;

/**
 * The truth of every candidate that a drawn world drew, as labels.
 *
 * @throws Fault `unavailable` when nothing answers at the address.
 */
export async function drawnTruth(address: string, candidates: readonly JudgedCandidate[]): Promise<Labels> {
  const known = new Map<string, Truth>();
  const left = [...candidates];
  const ask = async () => {
    for (let one = left.pop(); one; one = left.pop()) {
      const truth = await askWorld(address, one.url).catch(() => {
        throw fault("unavailable", `No drawn world answers at ${address}.`, {
          hint: "anyone world serve says where it listens.",
        });
      });
      if (truth) known.set(one.id, dropTruth(truth));
    }
  };
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, ask));
  return { of: ({ id }) => known.get(id), unmatched: () => [] };
}
