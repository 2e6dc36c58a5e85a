import { defineJob } from "@anyone/queues/job";
import { z } from "zod";

/** Items in one chunk. */
export const CHUNK_SIZE = 4;
/** Seconds a lease lasts: short, so that a run of a minute sees many of them end. */
export const LEASE_SECONDS = 2;

const declaration = {
  payload: z.object({ chunk: z.number().int() }),
  key: ({ chunk }: { chunk: number }) => String(chunk),
  leaseSeconds: LEASE_SECONDS,
  // Nothing here is poison: whatever ends without a result was killed by the test.
  attempts: 1_000,
};

export const first = defineJob({ ...declaration, name: "source.chaos" });
export const second = defineJob({ ...declaration, name: "filter.chaos" });
export const third = defineJob({ ...declaration, name: "annotate.chaos" });
export const chaosJobs = [first, second, third] as const;
