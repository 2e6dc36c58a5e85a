import { z } from "zod";

/** How every list is asked for: at most `limit` rows, from where `cursor` (of the answer before) left off. */
export const PageQuery = z.object({
  cursor: z.string().min(1).max(600).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type PageQuery = z.infer<typeof PageQuery>;

/** One page of a list; `nextCursor` is null on the last one. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** A moment in UTC, ISO 8601. */
export const Moment = z.iso.datetime();

/** A JSON object whose inside the API passes on as it is stored. */
export const Facts = z.record(z.string(), z.unknown());
