import { fault } from "@anyone/domain/fault";
import type { Stage } from "@anyone/domain/flywheel";
import type { Handler, Job } from "./job.ts";

// biome-ignore lint/suspicious/noExplicitAny: the compiler checked each handler against its job where both were given
export type AnyHandler = Handler<any, any>;

export interface CatalogEntry {
  job: Job;
  handler: AnyHandler;
}

/** Every job with its handler, by name. A job without one, or one without a job, is refused at start. */
export function readCatalog(
  jobs: readonly Job[],
  handlers: Readonly<Record<string, AnyHandler>>,
): Map<string, CatalogEntry> {
  const names = new Set(jobs.map((job) => job.name));
  const idle = Object.keys(handlers).find((name) => !names.has(name));
  if (idle) throw fault("bad-environment", `There is a handler for ${idle}, which is no job of this catalog.`);
  return new Map(
    jobs.map((job) => {
      const handler = handlers[job.name];
      if (!handler) throw fault("bad-environment", `The job ${job.name} has no handler.`);
      return [job.name, { job, handler }];
    }),
  );
}

export function stagesOf(jobs: readonly Job[]): Stage[] {
  return [...new Set(jobs.map((job) => job.stage))];
}
