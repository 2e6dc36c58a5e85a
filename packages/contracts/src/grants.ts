import { SourceId } from "@anyone/domain/ids";
import { GrantState, NewGrant } from "@anyone/domain/source/grant";
import { SourceUse } from "@anyone/domain/source/terms";
import { z } from "zod";
import { operation } from "./operation.ts";
import { Moment } from "./page.ts";

export const Grant = NewGrant.extend({
  id: z.number().int(),
  sourceId: z.string(),
  uses: z.array(SourceUse),
  until: z.string().nullable(),
  /** Whether it holds now. */
  state: GrantState,
  recordedBy: z.string(),
  recordedAt: Moment,
  revokedBy: z.string().nullable(),
  revokedAt: Moment.nullable(),
});
export type Grant = z.infer<typeof Grant>;

export const SourcePermissions = z.object({
  sourceId: z.string(),
  kind: z.string(),
  /** The version of the table of terms that was asked, where the terms stand, and when they were read there. */
  terms: z.string(),
  reference: z.string().nullable(),
  read: z.string().nullable(),
  hotlink: z.enum(["required", "allowed", "forbidden"]).nullable(),
  uses: z.array(
    z.object({
      use: SourceUse,
      permitted: z.boolean(),
      /** `licence` with `permitted`: each image's own licence will be asked. */
      by: z.enum(["terms", "licence", "grant"]),
      why: z.string(),
    }),
  ),
});
export type SourcePermissions = z.infer<typeof SourcePermissions>;

const byGrant = z.object({ id: z.coerce.number().int().min(1).max(2_147_483_647) });

/** What sources permit, by their terms and by what was granted beyond them. */
export const grantsApi = {
  listPermissions: operation({
    path: "/v1/permissions",
    stage: "source",
    access: "operator",
    summary: "What each source permits: to collect, store, train on and redistribute, by its terms and grants",
    answer: z.object({ items: z.array(SourcePermissions) }),
  }),
  listGrants: operation({
    path: "/v1/grants",
    stage: "source",
    access: "operator",
    summary: "Lists all grants ever recorded, latest first, or those of one source",
    query: z.object({ sourceId: SourceId.optional() }),
    answer: z.object({ items: z.array(Grant) }),
  }),
  recordGrant: operation({
    method: "POST",
    path: "/v1/grants",
    stage: "source",
    access: "operator",
    summary: "Records what somebody granted for a source beyond its terms",
    body: NewGrant,
    answer: Grant,
    status: 201,
  }),
  revokeGrant: operation({
    method: "POST",
    path: "/v1/grants/:id/revoke",
    stage: "source",
    access: "operator",
    summary: "Ends a grant from now on; it stays in the list",
    params: byGrant,
    answer: Grant,
  }),
} as const;
