import type { Slot } from "../model.ts";
import { both, FREE, licenceOf, type Terms } from "./licence.ts";

/** What a release is for. */
export const USES = ["research", "commercial"] as const;
export type Use = (typeof USES)[number];

/** What an item of a release may hold, and the slots whose models made it. `image` is the source's own. */
export const CONTENTS = {
  image: [],
  link: [],
  boxes: ["person", "face"],
  keypoints: ["keypoints"],
  "part map": ["parsing"],
  answers: ["vlm", "parsing"],
  caption: ["vlm", "parsing"],
  "quality score": ["quality-global"],
  "face quality score": ["quality-face"],
  "preference score": ["preference"],
  "aesthetic score": ["aesthetic"],
  "watermark score": ["watermark"],
  "fake-person score": ["fake-person"],
  "nsfw score": ["nsfw"],
} as const satisfies Record<string, readonly Slot[]>;
export type Content = keyof typeof CONTENTS;

/** A model that filled a slot, and the licence of its weights. */
export interface UsedModel {
  slot: Slot;
  model: string;
  licence: string;
}

export interface Permission {
  content: Content;
  allowed: boolean;
  /** Who forbids it, one sentence each; empty when it is allowed. */
  because: string[];
  /** What has to be done when it is given on: names to name, licences to keep. */
  owes: string[];
}

interface Party {
  who: string;
  licence: string;
  terms: Terms;
}

/**
 * What a release for that use may hold, of a source under that licence, measured by those models. A model's licence reaches what it made
 * and nothing else: scores of a model for research stay out of a commercial release, the pictures do not.
 */
export function releaseContents(source: string, models: readonly UsedModel[], use: Use): Permission[] {
  return (Object.keys(CONTENTS) as Content[]).map((content) => permit(content, source, models, use));
}

function permit(content: Content, source: string, models: readonly UsedModel[], use: Use): Permission {
  const parties = partiesOf(content, source, models);
  const terms = parties.reduce<Terms>((all, party) => both(all, party.terms), FREE);
  const because = parties.flatMap((party) => refusal(party, use) ?? []);
  if (terms.shareAlike.length > 1) because.push(`${terms.shareAlike.join(" and ")} each want to be its only licence`);
  return {
    content,
    allowed: because.length === 0,
    because,
    owes: because.length > 0 ? [] : parties.flatMap(owed),
  };
}

/** Whoever has a say in it. A link is a fact: nobody has. */
function partiesOf(content: Content, source: string, models: readonly UsedModel[]): Party[] {
  if (content === "link") return [];
  const { itself, made } = licenceOf(source);
  const pictures = { who: "the source", licence: source, terms: content === "image" ? itself : made };
  const slots: readonly Slot[] = CONTENTS[content];
  const makers = models
    .filter(({ slot }) => slots.includes(slot))
    .map(({ model, licence }) => ({ who: model, licence, terms: licenceOf(licence).made }));
  return [pictures, ...makers];
}

function refusal({ who, licence, terms }: Party, use: Use): string | undefined {
  const under = `${who} (${licenceOf(licence).name})`;
  if (!terms.redistribute) return `${under} lets nothing be given on`;
  if (use === "commercial" && !terms.commercial) return `${under} is not for gain`;
  return undefined;
}

function owed({ who, licence, terms }: Party): string[] {
  return [
    ...(terms.attribution ? [`name ${who === "the source" ? "each picture's maker" : who}`] : []),
    ...terms.shareAlike.map((id) => `give it on under ${licenceOf(id).name} (${who}, ${licence})`),
  ];
}
