import { type Said, said, sourceTypeStance } from "@anyone/domain/source/consent";
import { decode } from "cborg";
import { z } from "zod";
import { readBoxes } from "./jumbf.ts";

const Mining = z.object({ entries: z.record(z.string(), z.object({ use: z.string() })) });
const Actions = z.object({ actions: z.array(z.object({ digitalSourceType: z.string().optional() })) });

/**
 * What a picture's C2PA manifests say: their training-mining assertions (C2PA 1, CAWG) and the source types in their actions.
 * Signatures are not checked: a forged wish not to be trained on harms nobody, and a forged permission opens nothing by itself.
 */
export function readC2pa(store: Uint8Array): Said[] {
  return readBoxes(store).flatMap(({ label, type, content }) => {
    if (type !== "cbor" && type !== "json") return [];
    if (/^(?:c2pa|cawg)\.training-mining(?:\.v\d+)?(?:__\d+)?$/.test(label)) return readMining(read(type, content));
    if (/^c2pa\.actions(?:\.v\d+)?(?:__\d+)?$/.test(label)) return readActions(read(type, content));
    return [];
  });
}

/** We mine, infer and train; whoever forbids one of them, or allows it under conditions that no machine can judge, reserves. */
function readMining(assertion: unknown): Said[] {
  const mining = Mining.safeParse(assertion);
  if (!mining.success) return [];
  const entries = Object.entries(mining.data.entries);
  const reserved = entries.some(([, { use }]) => use === "notAllowed" || use === "constrained");
  const allowed = entries.length > 0 && entries.every(([, { use }]) => use === "allowed");
  const stance = reserved ? "reserves" : allowed ? "allows" : "silent";
  return [said("c2pa-training-mining", stance, entries.map(([name, { use }]) => `${name}: ${use}`).join(", "))];
}

function readActions(assertion: unknown): Said[] {
  const parsed = Actions.safeParse(assertion);
  if (!parsed.success) return [];
  return parsed.data.actions.flatMap(({ digitalSourceType }) =>
    digitalSourceType === undefined
      ? []
      : [said("digital-source-type", sourceTypeStance(digitalSourceType), digitalSourceType)],
  );
}

function read(type: "cbor" | "json", content: Uint8Array): unknown {
  try {
    // Dates are the one tag that actions carry; they are not looked at.
    return type === "json"
      ? JSON.parse(new TextDecoder().decode(content))
      : decode(content, { tags: { 0: (value: () => unknown) => value() } });
  } catch {
    return undefined;
  }
}
