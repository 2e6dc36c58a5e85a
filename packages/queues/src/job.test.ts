import { describe, expect, it } from "vitest";
import { z } from "zod";
import { jobId } from "./delivery.ts";
import { defineJob, type Job, next } from "./job.ts";
import * as annotate from "./jobs/annotate.ts";
import * as evaluate from "./jobs/evaluate.ts";
import * as filter from "./jobs/filter.ts";
import * as release from "./jobs/release.ts";
import * as review from "./jobs/review.ts";
import * as source from "./jobs/source.ts";
import * as train from "./jobs/train.ts";
import { queueAddress } from "./redis.ts";

const job = defineJob({ name: "filter.weigh", payload: z.object({ word: z.string() }), key: ({ word }) => word });

describe("a job", () => {
  it("is named after its stage", () => {
    expect(job.stage).toBe("filter");
    expect(() => defineJob({ name: "cook.dinner" as "filter.x", payload: job.payload, key: job.key })).toThrow(
      /does not begin with a stage/,
    );
  });

  it("gives the same work the same id, and long keys a short one", () => {
    expect(next(job, { word: "a" }).id).toBe("filter.weigh:a");
    const long = next(job, { word: "x".repeat(5_000) }).id;
    expect(long).toMatch(/^filter\.weigh:[0-9a-f]{64}$/);
    expect(long).not.toBe(next(job, { word: "x".repeat(5_001) }).id);
  });

  it("checks a payload where it is made", () => {
    expect(() => next(job, { word: 7 } as unknown as { word: string })).toThrow();
    expect(() => next(job, { word: "" })).toThrow(/empty/);
  });

  it("is delivered under ids that BullMQ takes, different for different tasks and epochs", () => {
    const ids = ["a:b", "a%3Ab", "7", "a:b/0"].flatMap((id) => [1, 2].map((epoch) => jobId({ id, epoch })));
    expect(new Set(ids).size).toBe(8);
    expect(ids.every((id) => !id.includes(":") && !/^\d+$/.test(id))).toBe(true);
  });

  it("is declared once in the catalog, along a field its payload has", () => {
    const catalog = [source, filter, annotate, review, release, train, evaluate].flatMap((stage) =>
      Object.values(stage as Record<string, unknown>).filter(isJob),
    );
    expect(new Set(catalog.map(({ stage }) => stage)).size).toBe(7);
    expect(new Set(catalog.map(({ name }) => name)).size).toBe(catalog.length);
    for (const { chunk, payload } of catalog) {
      if (chunk) expect(Object.keys((payload as unknown as z.ZodObject).shape)).toContain(chunk);
    }
  });
});

describe("the queue's address", () => {
  it("may name a prefix, and nothing that is no Redis", () => {
    expect(queueAddress("redis://h:1/2")).toEqual({ url: "redis://h:1/2", prefix: "anyone" });
    expect(queueAddress("redis://h:1/2?prefix=other")).toEqual({ url: "redis://h:1/2", prefix: "other" });
    expect(() => queueAddress("redis://h?prefix=a:b")).toThrow(/prefix/);
    expect(() => queueAddress("http://h")).toThrow(/REDIS_URL/);
  });
});

function isJob(value: unknown): value is Job {
  return typeof value === "object" && value !== null && "payload" in value && "key" in value;
}
