import { z } from "zod";
import { fault } from "../fault.ts";
import type { Finding } from "./finding.ts";
import { type Protocol, ProtocolDocument } from "./protocol.ts";

/**
 * A pack: categories added to a protocol that stands, under a name of their own. The base keeps its numbers and its count;
 * whoever does not put the extended protocol in use never meets the pack.
 */
const PackDocument = z.strictObject({
  pack: z.string().regex(/^[a-z][a-z0-9-]*$/, "a pack's name is lower case, digits and hyphens"),
  /** `name@version` of the base */
  extends: z.string().regex(/^[a-z][a-z0-9-]*@\d+\.\d+\.\d+$/, "the base reads name@major.minor.patch"),
  protocol: ProtocolDocument.shape.protocol,
  version: ProtocolDocument.shape.version,
  note: z.string().optional(),
  expect: ProtocolDocument.shape.expect,
  vocab: ProtocolDocument.shape.vocab.optional(),
  predicates: ProtocolDocument.shape.predicates.optional(),
  coverage: ProtocolDocument.shape.coverage.optional(),
  rules: ProtocolDocument.shape.rules.optional(),
  phrases: ProtocolDocument.shape.caption.shape.phrases.optional(),
  groups: z.array(z.record(z.string(), z.unknown())).optional(),
  categories: z.array(z.record(z.string(), z.unknown())).min(1),
});

/** The base a document extends, `name@version`; null for a protocol that stands by itself. */
export function baseOf(document: unknown): string | null {
  const named = (document as { extends?: unknown } | null | undefined)?.extends;
  return typeof named === "string" ? named : null;
}

/**
 * The whole document of a pack over its base. Groups and categories of the pack stand after the base's.
 *
 * @throws Fault `bad-protocol` when the pack is broken, or made for another base.
 */
export function extendProtocol(base: Record<string, unknown>, document: unknown): Record<string, unknown> {
  const read = PackDocument.safeParse(document);
  if (!read.success) {
    const why = read.error.issues.map(({ path, message }) => `${path.join(".") || "the file"}: ${message}`).join("; ");
    throw fault("bad-protocol", `The pack cannot be read: ${why}.`, {
      hint: "A pack has pack, extends, protocol, version and categories, and may have groups, vocab, predicates and phrases.",
    });
  }
  const pack = read.data;
  const below = base as unknown as Pick<
    Protocol,
    "protocol" | "version" | "vocab" | "predicates" | "coverage" | "rules" | "caption" | "groups" | "categories"
  >;
  if (pack.extends !== `${below.protocol}@${below.version}`) {
    throw fault("bad-protocol", `The pack extends ${pack.extends}, not ${below.protocol}@${below.version}.`);
  }
  const { expect: _counts, migrations: _older, ...rest } = base;
  return {
    ...rest,
    protocol: pack.protocol,
    version: pack.version,
    ...(pack.note !== undefined && { note: pack.note }),
    ...(pack.expect !== undefined && { expect: pack.expect }),
    vocab: { ...below.vocab, ...pack.vocab },
    predicates: { ...below.predicates, ...pack.predicates },
    coverage: [...below.coverage, ...(pack.coverage ?? [])],
    rules: [...below.rules, ...(pack.rules ?? [])],
    caption: { ...below.caption, phrases: { ...below.caption.phrases, ...pack.phrases } },
    groups: [...below.groups, ...(pack.groups ?? [])],
    categories: [...below.categories, ...pack.categories.map((category) => ({ ...category, pack: pack.pack }))],
  };
}

/** A finding about the whole document, as one about the pack's own file; what is the base's stands at `extends`. */
export function inPack(base: Record<string, unknown>, finding: Finding): Finding {
  const [section, place, ...rest] = finding.path;
  const below = section === "caption" ? 0 : ((base[section as string] as unknown[] | undefined)?.length ?? 0);
  if (typeof place === "number" && section !== "caption") {
    return { ...finding, path: place < below ? ["extends"] : [section as string, place - below, ...rest] };
  }
  return { ...finding, path: section === "caption" ? rest : finding.path };
}
