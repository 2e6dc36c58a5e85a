import { access } from "node:fs/promises";
import { join } from "node:path";
import { SLOTS, type Slot, type Tier } from "@anyone/domain/model";
import { releaseContents, type Use, type UsedModel } from "@anyone/domain/release/contents";
import { type Added, hashOf, readAdded } from "./added.ts";
import { type CatalogueEntry, catalogue } from "./catalogue.ts";
import { type ModelEntry, models } from "./models.ts";
import { signatureOf, whatDiffers } from "./signature.ts";

/** `ready` can run; `partly` lacks a part; `altered` is not what was registered; `unfit` is another network. */
export type ModelState = "ready" | "missing" | "partly" | "altered" | "unfit";

/** The slots of the filter; the labeller's and the generator's models are made by the wheel itself. */
const FILTER_SLOTS = SLOTS.filter((slot) => !["vlm", "text-image", "diffusion"].includes(slot));

export interface ModelOverview {
  slot: Slot;
  tier: Tier;
  model: string;
  state: ModelState;
  licence: string;
  /** Licence of the weights for the algebra. */
  terms: string;
  /** What in a release this model's licence takes away when it is for gain; empty when nothing. */
  costs: string[];
  /** Where it comes from, or may be had. */
  source: string;
  /** What is wrong, in words. */
  problem?: string;
}

/**
 * Every model that ships and every one that may be registered, in the order of the slots. With `thorough`, every file is read and hashed, and
 * every network's inputs and outputs are looked at; otherwise only what is registered is told.
 */
export async function overviewOf(folder: string, { thorough }: { thorough: boolean }): Promise<ModelOverview[]> {
  const added = await readAdded(folder);
  const shipped = await Promise.all(Object.values(models).map((entry) => shippedModel(folder, entry, thorough)));
  const registered: ModelOverview[] = [];
  // One after the other: a network may be larger than what is left of the memory.
  for (const [name, entry] of Object.entries(catalogue)) {
    registered.push(await registeredModel(folder, name, entry, added, thorough));
  }
  const empty = FILTER_SLOTS.filter((slot) => ![...shipped, ...registered].some((model) => model.slot === slot));
  return [...shipped, ...registered, ...empty.map(nothing)].sort(
    (a, b) => SLOTS.indexOf(a.slot) - SLOTS.indexOf(b.slot),
  );
}

function nothing(slot: Slot): ModelOverview {
  return { slot, tier: "none", model: "none", state: "missing", licence: "", terms: "", costs: [], source: "" };
}

/** What the licence of one model takes out of a release of a source that asks nothing. */
export function costsOf(model: UsedModel, use: Use): string[] {
  return releaseContents("CC0-1.0", [model], use)
    .filter(({ allowed }) => !allowed)
    .map(({ content }) => content);
}

async function shippedModel(folder: string, entry: ModelEntry, thorough: boolean): Promise<ModelOverview> {
  const { slot, tier, model, licence, terms, source } = entry;
  const about = {
    slot,
    tier,
    model,
    licence,
    terms,
    source,
    costs: costsOf({ slot, model, licence: terms }, "commercial"),
  };
  if (entry.file === undefined) return { ...about, state: "ready" };
  const path = join(folder, entry.file);
  const found = thorough ? await hashOf(path).catch(() => undefined) : await existing(path, entry.sha256);
  if (found === undefined) return { ...about, state: "missing", problem: `${path} is not there: run npm run setup` };
  if (found !== entry.sha256) return { ...about, state: "altered", problem: `${path} has sha256 ${found}` };
  return { ...about, state: "ready" };
}

async function registeredModel(
  folder: string,
  model: string,
  entry: CatalogueEntry,
  added: readonly Added[],
  thorough: boolean,
): Promise<ModelOverview> {
  const { slot, tier, published, parts } = entry;
  const own = added.filter((one) => one.model === model);
  const terms = own.find(({ licence }) => licence !== entry.licence)?.licence ?? entry.licence;
  const costs = costsOf({ slot, model, licence: terms }, "commercial");
  const about = { slot, tier, model, licence: terms, terms, costs, source: own[0]?.from ?? published };
  if (own.length === 0) return { ...about, state: "missing" };
  const lacking = Object.keys(parts).filter((part) => !own.some((one) => one.part === part));
  if (lacking.length > 0) return { ...about, state: "partly", problem: `not registered: ${lacking.join(", ")}` };
  if (!thorough) return { ...about, state: "ready" };
  for (const one of own) {
    const path = join(folder, one.file);
    const found = await hashOf(path).catch(() => undefined);
    if (found !== one.sha256) {
      const problem = found === undefined ? `${path} is not there` : `${path} has sha256 ${found}`;
      return { ...about, state: "altered", problem };
    }
    const part = parts[one.part];
    const differs = part?.kind === "onnx" ? whatDiffers(part, await signatureOf(path)) : [];
    if (differs.length > 0) return { ...about, state: "unfit", problem: differs.join("; ") };
  }
  return { ...about, state: "ready" };
}

/** The hash it should have when the file is there: telling takes no reading. */
async function existing(path: string, sha256: string): Promise<string | undefined> {
  return access(path).then(
    () => sha256,
    () => undefined,
  );
}
