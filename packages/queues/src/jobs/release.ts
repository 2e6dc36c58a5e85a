import { Ordinal } from "@anyone/domain/ids";
import { z } from "zod";
import { defineJob } from "../job.ts";

/** Freezes ids, answers and splits of a dataset version and plans its shards. */
export const cutVersion = defineJob({
  name: "release.cut-version",
  payload: z.object({ version: Ordinal }),
  key: ({ version }) => String(version),
  leaseSeconds: 120,
});

/** Writes one shard's tar. */
export const writeShard = defineJob({
  name: "release.write-shard",
  payload: z.object({ version: Ordinal, shard: z.number().int().min(0) }),
  key: ({ version, shard }) => `${version}.${shard}`,
  leaseSeconds: 180,
});

/** Writes the manifest once every shard is there, and releases the version. */
export const sealVersion = defineJob({
  name: "release.seal-version",
  payload: z.object({ version: Ordinal, nudge: z.string().min(1).max(200) }),
  key: ({ version, nudge }) => `${version}.${nudge}`,
});
