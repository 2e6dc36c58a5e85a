import { z } from "zod";
import { fault } from "../fault.ts";

/**
 * A label protocol is data: a YAML file with the questions about one subject, their options, and the gates that say
 * when a question is asked. `parse-protocol.ts` (a file's text) and `load-protocol.ts` (a document that is read already)
 * are the only ways in; what they return has passed every check.
 */

/**
 * When a question is asked. `is` and `not` need a positive answer (an option or `other:`) of an earlier category;
 * `parts` needs one of these parts to be seen; `hem` that the group's mask stays clear of the picture's lower border;
 * `covered` that the answer `by` covers an area of the body; `use` names an entry of `predicates`.
 */
export type Gate =
  | "always"
  | { answer: string; is: string[] }
  | { answer: string; not: string[] }
  | { parts: number[] }
  | { hem: string }
  | { covered: string; by: string }
  | { use: string }
  | { all: Gate[] }
  | { any: Gate[] }
  | { no: Gate };

const words = z.array(z.string().min(1)).min(1);
const partIds = z.array(z.int().nonnegative());

const Gate: z.ZodType<Gate> = z.lazy(() =>
  z.union(
    [
      z.literal("always"),
      z.strictObject({ answer: z.string(), is: words }),
      z.strictObject({ answer: z.string(), not: words }),
      z.strictObject({ parts: partIds.min(1) }),
      z.strictObject({ hem: z.string() }),
      z.strictObject({ covered: z.string(), by: z.string() }),
      z.strictObject({ use: z.string() }),
      z.strictObject({ all: z.array(Gate).min(1) }),
      z.strictObject({ any: z.array(Gate).min(1) }),
      z.strictObject({ no: Gate }),
    ],
    {
      error:
        'not a gate: write "always" or one of {answer, is}, {answer, not}, {parts}, {hem}, {covered, by}, {use}, {all}, {any}, {no}',
    },
  ),
);

const Noun = z.union([
  z.strictObject({ word: z.string().min(1) }),
  z.strictObject({ category: z.string(), else: z.string().optional() }),
]);

/** One sub-caption with one mask: the unit of the caption and of HOLA. `keep` = probability of being written. */
const Group = z.strictObject({
  id: z.string().min(1),
  name: z.string().min(1),
  official_index: z.int().nullable(),
  label: z.string(),
  set: z.enum(["C_body", "C_outfit", "C_other"]),
  mask: z.union([z.literal("foreground"), partIds]),
  mask_else: partIds.optional(),
  article: z.boolean().optional(),
  noun: Noun.nullable(),
  keep: z.number().min(0).max(1),
});

const Category = z.strictObject({
  n: z.int().positive(),
  id: z.string().regex(/^[a-z_]+\.[a-z_]+$/, "a category id reads group.aspect in lower case"),
  group: z.string(),
  key: z.string().min(1),
  parts: partIds.min(1),
  /** one: single choice; two: at most two options, the main one first; open: free text, `options` are its usual phrases */
  arity: z.enum(["one", "two", "open"]),
  max_words: z.int().positive().optional(),
  axis: z.enum(["object", "texture", "shape", "global"]),
  src: z.string(),
  /** The pack that added it to a base protocol, see `extend-protocol.ts`. */
  pack: z.string().optional(),
  sensitive: z.boolean().optional(),
  /** The option that says the thing is not there; it ends the branch and is never written in a caption. */
  absent: z.string().optional(),
  existence: z.string().optional(),
  question: z.string().min(1),
  options: z.union([z.string(), words]),
  ask_when: Gate,
});

/** Checked on every record, after the gates: an error or a warning; `remove` also closes the categories it names. */
const Rule = z.union([
  z.strictObject({
    id: z.string(),
    level: z.enum(["error", "warning"]),
    when: Gate,
    remove: words.optional(),
    says: z.string(),
  }),
  z.strictObject({
    id: z.string(),
    level: z.enum(["error", "warning"]),
    at_most: z.int().nonnegative(),
    positive: words,
    says: z.string(),
  }),
]);

/** How answers of another version become answers of this one, where ids or option texts differ; see `migrate.ts`. */
const Migration = z.strictObject({
  from: z.string(),
  /** old category id → its id here */
  categories: z.record(z.string(), z.string()).optional(),
  /** category id here → old option text → option text here */
  options: z.record(z.string(), z.record(z.string(), z.string())).optional(),
});
export type Migration = z.infer<typeof Migration>;

const counts = z.record(z.string(), z.int().nonnegative());

export const ProtocolDocument = z.strictObject({
  protocol: z.string().regex(/^[a-z][a-z0-9-]*$/, "a protocol's name is lower case, digits and hyphens"),
  version: z.string().regex(/^\d+\.\d+\.\d+$/, "a version reads major.minor.patch"),
  note: z.string().optional(),
  subject: z.string(),
  parsing: z.strictObject({
    label_set: z.string(),
    parts: words,
    background: z.int(),
    foreground: z.tuple([z.int(), z.int()]),
    empty_channel: z.int().optional(),
    /** share of the picture's pixels from which on a part counts as seen */
    visible_share: z.number().min(0).max(1),
  }),
  /** What the author counted; a file that no longer adds up is refused. */
  expect: z
    .strictObject({
      categories: z.int(),
      groups: z.int(),
      parts: z.int(),
      group_sizes: z.array(z.int()),
      axis: counts,
      set: counts,
      src: counts,
    })
    .partial()
    .optional(),
  vocab: z.record(z.string(), words),
  predicates: z.record(z.string(), Gate),
  coverage: z.array(
    z.strictObject({ category: z.string(), area: z.string(), options: words, unless_parts: partIds.optional() }),
  ),
  rules: z.array(Rule),
  caption: z.strictObject({
    separator: z.string(),
    first: z.array(z.string()),
    phrases: z.record(z.string(), z.record(z.string(), z.string())),
  }),
  groups: z.array(Group).min(1),
  categories: z.array(Category).min(1),
  migrations: z.array(Migration).optional(),
});

/** The keys that may stand in each kind of entry: what a misspelt key is compared with. */
export const FIELDS = {
  protocol: Object.keys(ProtocolDocument.shape),
  parsing: Object.keys(ProtocolDocument.shape.parsing.shape),
  caption: Object.keys(ProtocolDocument.shape.caption.shape),
  groups: Object.keys(Group.shape),
  categories: Object.keys(Category.shape),
  migrations: Object.keys(Migration.shape),
} as const;

export type Group = z.infer<typeof Group>;
export type Rule = z.infer<typeof Rule>;
/** A category with its option list spelled out. `options[k]` packs as `k`; `index` = n - 1 is its place in packed arrays. */
export type Category = Omit<z.infer<typeof Category>, "options"> & { index: number; options: readonly string[] };

export interface Protocol extends Omit<z.infer<typeof ProtocolDocument>, "categories"> {
  /** `name@version`, as every record names it */
  readonly identity: string;
  readonly categories: readonly Category[];
  readonly byId: ReadonlyMap<string, Category>;
  readonly groupById: ReadonlyMap<string, Group>;
}

/** The category `id`, or a fault that says which protocol lacks it. */
export function categoryOf(protocol: Protocol, id: string): Category {
  const category = protocol.byId.get(id);
  if (!category) throw fault("bad-input", `${protocol.identity} has no category "${id}".`);
  return category;
}
