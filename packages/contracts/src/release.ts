import { Ordinal } from "@anyone/domain/ids";
import { z } from "zod";
import { operation } from "./operation.ts";
import { Facts, Moment, PageQuery, pageOf } from "./page.ts";

export const Version = z.object({
  number: z.number().int(),
  name: z.string(),
  state: z.string(),
  protocolId: z.string(),
  labellerId: z.string().nullable(),
  seed: z.number().int(),
  policy: z.unknown(),
  manifestSha256: z.string().nullable(),
  counts: Facts,
  createdAt: Moment,
  releasedAt: Moment.nullable(),
  items: z.number().int(),
  shards: z.array(
    z.object({
      number: z.number().int(),
      split: z.string(),
      state: z.string(),
      sha256: z.string().nullable(),
      bytes: z.number().int().nullable(),
      count: z.number().int(),
    }),
  ),
});
export type Version = z.infer<typeof Version>;

export const VersionItem = z.object({
  assetId: z.string(),
  split: z.string(),
  shard: z.number().int(),
  /** Answers, givers and caption groups, frozen. */
  record: z.unknown(),
});
export type VersionItem = z.infer<typeof VersionItem>;

export const VersionDiff = z.object({
  from: z.number().int(),
  to: z.number().int(),
  added: z.number().int(),
  removed: z.number().int(),
  /** In both, with another record. */
  changed: z.number().int(),
  unchanged: z.number().int(),
  /** In both, in another split. */
  moved: z.number().int(),
  /** A few asset ids of each kind. */
  examples: z.object({ added: z.array(z.string()), removed: z.array(z.string()), changed: z.array(z.string()) }),
});
export type VersionDiff = z.infer<typeof VersionDiff>;

const number = z.coerce.number().pipe(Ordinal);
const byVersion = z.object({ number });

export const releaseApi = {
  listVersions: operation({
    path: "/v1/versions",
    stage: "release",
    access: "operator",
    summary: "Lists the dataset versions, latest first",
    answer: z.object({ items: z.array(Version) }),
  }),
  cutVersion: operation({
    method: "POST",
    path: "/v1/versions",
    stage: "release",
    access: "operator",
    summary: "Cuts the next version: freezes ids, answers and splits, then writes its shards",
    body: z.strictObject({
      seed: z.number().int().min(0).max(2_147_483_647).default(1),
    }),
    answer: z.object({ number: z.number().int(), name: z.string() }),
    status: 202,
  }),
  getVersion: operation({
    path: "/v1/versions/:number",
    stage: "release",
    access: "operator",
    summary: "One version",
    params: byVersion,
    answer: Version,
  }),
  listItems: operation({
    path: "/v1/versions/:number/items",
    stage: "release",
    access: "operator",
    summary: "The items of a version, by asset id",
    params: byVersion,
    query: PageQuery.extend({ split: z.enum(["train", "validation", "test"]).optional() }),
    answer: pageOf(VersionItem),
  }),
  getManifest: operation({
    path: "/v1/versions/:number/manifest",
    stage: "release",
    access: "operator",
    summary: "The manifest, byte for byte: its sha256 is the version's hash",
    params: byVersion,
    contentType: "application/json",
  }),
  getShard: operation({
    path: "/v1/versions/:number/shards/:shard",
    stage: "release",
    access: "operator",
    summary: "One shard's tar",
    params: byVersion.extend({ shard: z.coerce.number().int().min(0).max(32767) }),
    contentType: "application/x-tar",
  }),
  diffVersions: operation({
    path: "/v1/versions/:number/diff/:other",
    stage: "release",
    access: "operator",
    summary: "What changed from version `other` to version `number`",
    params: byVersion.extend({ other: number }),
    answer: VersionDiff,
  }),
} as const;
