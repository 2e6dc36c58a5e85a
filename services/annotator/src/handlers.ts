import type { Handlers } from "@anyone/queues/job";
import { annotateAssets as annotateAssetsJob } from "@anyone/queues/jobs/annotate";
import { annotateAssets } from "./annotate-assets.ts";
import type { AnnotatorContext } from "./context.ts";

export const jobs = [annotateAssetsJob] as const;

export const handlers = { "annotate.assets": annotateAssets } satisfies Handlers<typeof jobs, AnnotatorContext>;
