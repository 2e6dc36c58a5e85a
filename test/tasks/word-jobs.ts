import { defineJob } from "@anyone/queues/job";
import { z } from "zod";

/** Three stages of made-up work on chunks of words, for the tests of tasks and queues. */
export const listWords = defineJob({
  name: "source.list-words",
  payload: z.object({ chunk: z.string(), words: z.array(z.string()).min(1) }),
  key: ({ chunk }) => chunk,
  chunk: "words",
  leaseSeconds: 2,
  attempts: 2,
  timeLimitSeconds: 1,
});
export const weighWords = defineJob({
  name: "filter.weigh-words",
  payload: z.object({ chunk: z.string(), words: z.array(z.string()).min(1) }),
  key: ({ chunk }) => chunk,
  chunk: "words",
  leaseSeconds: 2,
  attempts: 2,
});
export const nameWords = defineJob({
  name: "annotate.name-words",
  payload: z.object({ chunk: z.string(), words: z.array(z.string()).min(1) }),
  key: ({ chunk }) => chunk,
  leaseSeconds: 2,
});
export const wordJobs = [listWords, weighWords, nameWords] as const;
