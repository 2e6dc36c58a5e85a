import { RANKED_SCORES, type RankedScore } from "@anyone/domain/filter/ranking";
import type { ModelIdentity, Slot } from "@anyone/domain/model";
import { type Adapter, openAdapter, type Subject } from "./adapters.ts";
import { type Added, readAdded } from "./added.ts";
import { type CatalogueEntry, type CatalogueName, catalogue } from "./catalogue.ts";
import { headCrop } from "./face/blazeface.ts";
import { fakeness } from "./fake-person/fakeness.ts";
import { identify } from "./models.ts";
import { openNsfw } from "./nsfw/open-nsfw.ts";
import { type BrisqueModel, openBrisque } from "./quality/brisque.ts";
import { faceCleanness } from "./quality/face-brisque.ts";
import { type Network, openNetwork, readModel } from "./session.ts";
import { drawnWatermark } from "./watermark/drawn.ts";

/** A score by name, as a measurement holds it, and the slot whose model gives it. */
export const SCORES = {
  fakeness: "fake-person",
  quality: "quality-global",
  faceQuality: "quality-face",
  faceCleanness: "quality-face",
  preference: "preference",
  aesthetic: "aesthetic",
  watermark: "watermark",
  nsfw: "nsfw",
} as const satisfies Record<string, Slot>;
export type ScoreName = keyof typeof SCORES;

/** Rules that ship: a registered model of their slot takes their place, under a name of its own. */
const STAND_INS: readonly ScoreName[] = ["faceCleanness"];

/** One slot's model, opened: picture in, number out. `identity` is stored beside every number it gives. */
export interface Score {
  identity: ModelIdentity;
  of: (subject: Subject) => Promise<number>;
}

/** Opens a score's model. */
type Opener = () => Promise<Score>;

/**
 * The scores that have a model, and what opens each: of each slot the paper's when its weights are registered, then the modern one, then what
 * ships. A slot without any is absent, and is reported as unavailable. Nothing is loaded before it is opened.
 *
 * @param encoder the one of the caller, where it has one open
 */
export async function findScores(models: string, encoder?: Network): Promise<Partial<Record<ScoreName, Opener>>> {
  const added = await readAdded(models);
  const found: Partial<Record<ScoreName, Opener>> = { ...shipped(models, encoder) };
  for (const [name, slot] of Object.entries(SCORES) as [ScoreName, Slot][]) {
    const registered = firstComplete(slot, added);
    if (!registered) continue;
    if (STAND_INS.includes(name)) delete found[name];
    else found[name] = () => openRegistered(models, registered, added);
  }
  return found;
}

/** Which of the scores that are compared within a source have a model: of the others nothing will ever be stored. */
export async function findRanked(models: string): Promise<RankedScore[]> {
  const found = await findScores(models);
  return (Object.keys(RANKED_SCORES) as RankedScore[]).filter((name) => found[name]);
}

function shipped(models: string, opened: Network | undefined): Partial<Record<ScoreName, Opener>> {
  return {
    async faceCleanness() {
      const brisque = openBrisque(JSON.parse((await readModel(models, "brisque")).toString()) as BrisqueModel);
      return {
        identity: identify("faceCleanness"),
        of: ({ picture, face }) => faceCleanness(brisque, picture, face),
      };
    },
    async fakeness() {
      const encoder = opened ?? (await openNetwork(models, "encoder"));
      const classifier = await openNetwork(models, "fakePerson");
      return {
        identity: identify("fakePerson"),
        of: async ({ picture, person, head }) =>
          fakeness(encoder, classifier, head ?? (await headCrop(picture, person))),
      };
    },
    async watermark() {
      const network = await openNetwork(models, "watermark");
      return { identity: identify("watermark"), of: ({ picture }) => drawnWatermark(network, picture.view) };
    },
    async nsfw() {
      const network = await openNetwork(models, "openNsfw");
      return { identity: identify("openNsfw"), of: ({ picture }) => openNsfw(network, picture.view) };
    },
  };
}

/** The catalogue lists the paper's models of a slot before the modern ones. */
function firstComplete(slot: Slot, added: readonly Added[]): CatalogueName | undefined {
  const complete = Object.entries<CatalogueEntry>(catalogue).filter(
    ([name, entry]) =>
      entry.slot === slot &&
      Object.keys(entry.parts).every((part) => added.some((one) => one.model === name && one.part === part)),
  );
  const [best] = complete.sort(([, a], [, b]) => Number(a.tier === "modern") - Number(b.tier === "modern"));
  return best?.[0] as CatalogueName | undefined;
}

async function openRegistered(models: string, name: CatalogueName, added: readonly Added[]): Promise<Score> {
  const adapter: Adapter = await openAdapter(models, name, added);
  const { slot, tier, licence } = catalogue[name];
  const own = added.filter(({ model }) => model === name);
  const hashes = own.map(({ sha256 }) => sha256);
  return {
    // A model of several files is known by the first one's hash: the version names all of them.
    identity: {
      slot,
      model: name,
      version: hashes.map((h) => h.slice(0, 12)).join("+"),
      sha256: hashes[0] ?? "",
      tier,
      licence: own.find((part) => part.licence !== licence)?.licence ?? licence,
    },
    of: async (subject) => {
      const finding = await adapter(subject);
      if (finding.kind !== "score") throw new Error(`${name} gives ${finding.kind}, no score`);
      return finding.score;
    },
  };
}
