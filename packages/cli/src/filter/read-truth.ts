import { readFile } from "node:fs/promises";
import { fault } from "@anyone/domain/fault";
import type { JudgedCandidate } from "@anyone/domain/filter/stored";
import type { Truth, TruthOf } from "@anyone/domain/filter/truth";
import { DROP_REASONS, DropReason } from "@anyone/domain/filter/verdict";
import { z } from "zod";

const Reasons = z.union([DropReason, z.array(DropReason), z.null()], {
  error: `must be null, a reason or a list of reasons: ${DROP_REASONS.join(", ")}`,
});

const Line = z
  .strictObject({
    id: z.string().optional(),
    url: z.string().optional(),
    source: z.string().optional(),
    externalId: z.string().optional(),
    reason: Reasons,
    also: Reasons.optional(),
    group: z.string().optional(),
  })
  .refine(({ id, url, source, externalId }) => id ?? url ?? (source !== undefined && externalId !== undefined), {
    error: "names no candidate: give its url, or source and externalId, or id",
  });
type Line = z.infer<typeof Line>;

/** A user's labels by what they name: the candidate's id, its URL, or its source and external id. */
export interface Labels {
  of(candidate: JudgedCandidate): Truth | undefined;
  /** Lines whose candidate was never asked for. */
  unmatched(): string[];
}

/**
 * Reads a truth file: one JSON object a line. Where two lines name the same candidate, the later one counts.
 *
 * @throws Fault `bad-input` with the line's number.
 */
export async function readTruth(path: string): Promise<Labels> {
  const text = await readFile(path, "utf8").catch((error: Error) => {
    throw fault("bad-input", `The truth file can't be read: ${error.message}.`);
  });
  return parseTruth(text, path);
}

export function parseTruth(text: string, path: string): Labels {
  const labels = new Map<string, Truth>();
  text.split("\n").forEach((line, i) => {
    if (line.trim() === "") return;
    const parsed = Line.safeParse(asJson(line));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const where = [`line ${i + 1}`, ...(issue?.path ?? [])].join(", ");
      throw fault("bad-input", `${path}, ${where}: ${issue?.message ?? "does not fit"}.`, {
        hint: 'A line is, for example, {"url": "https://…/1.jpg", "reason": "small-face"}; null where nothing is wrong.',
      });
    }
    const { reason, also = null, group = null } = parsed.data;
    labels.set(nameOf(parsed.data), { reasons: listed(reason), also: listed(also), group });
  });
  const found = new Set<string>();
  return {
    of({ id, url, sourceId, externalId }) {
      const name = [named("id", id), named("source", sourceId, externalId), named("url", url)].find((one) =>
        labels.has(one),
      );
      if (name === undefined) return undefined;
      found.add(name);
      return labels.get(name);
    },
    unmatched: () => [...labels.keys()].filter((name) => !found.has(name)),
  };
}

/** Those candidates whose truth is known. */
export function withTruth(candidates: readonly JudgedCandidate[], labels: Pick<Labels, "of">): TruthOf[] {
  return candidates.flatMap((candidate) => {
    const truth = labels.of(candidate);
    return truth ? { candidate, truth } : [];
  });
}

function asJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function nameOf({ id, url, source, externalId }: Line): string {
  if (id !== undefined) return named("id", id);
  return url === undefined ? named("source", source ?? "", externalId ?? "") : named("url", url);
}

const named = (kind: string, ...names: string[]) => `${kind} ${names.join(" ")}`;

function listed(reason: z.infer<typeof Reasons>): DropReason[] {
  if (reason === null) return [];
  return Array.isArray(reason) ? reason : [reason];
}
