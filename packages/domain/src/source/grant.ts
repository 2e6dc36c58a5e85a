import { z } from "zod";
import { SourceId } from "../ids.ts";
import { SourceUse } from "./terms.ts";

/** A permission that somebody gave beyond a source's terms, as it is recorded: who, for which source and uses, until when, on which paper. */
export const NewGrant = z.strictObject({
  sourceId: SourceId,
  /** Who gave it: the owner of the images or of the place. */
  grantedBy: z.string().trim().min(1).max(200),
  uses: z
    .array(SourceUse)
    .min(1)
    .refine((uses) => new Set(uses).size === uses.length, "each use once"),
  /** The last day on which it holds (UTC); null: until it is revoked. */
  until: z.iso.date().nullable(),
  /** Where the contract, letter or mail is kept: an address or a file's name. */
  document: z.string().trim().min(1).max(1000),
});
export type NewGrant = z.infer<typeof NewGrant>;

export const GRANT_STATES = ["in-force", "expired", "revoked"] as const;
export const GrantState = z.enum(GRANT_STATES);
export type GrantState = z.infer<typeof GrantState>;

/** A recorded grant as it stands now. */
export interface Grant extends NewGrant {
  id: number;
  state: GrantState;
}
