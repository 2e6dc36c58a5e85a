/** What may be done with a thing, or with what is made of it. The more of it is false, the narrower it is. */
export interface Terms {
  /** For gain; otherwise only for research and other purposes without gain. */
  readonly commercial: boolean;
  /** It may be given to others. */
  readonly redistribute: boolean;
  /** Its maker has to be named. */
  readonly attribution: boolean;
  /** Ids of licences under which alone it may be given on: two different ones cannot both be kept. */
  readonly shareAlike: readonly string[];
}

export interface Licence {
  /** SPDX's name where there is one. */
  readonly id: string;
  readonly name: string;
  /** Of the thing itself: a picture, or a model's weights. */
  readonly itself: Terms;
  /** Of what is measured on a picture, or by a model: numbers, boxes, part maps, answers. */
  readonly made: Terms;
}

/** Nothing is asked: what every other licence is narrower than. */
export const FREE: Terms = { commercial: true, redistribute: true, attribution: false, shareAlike: [] };
const named: Terms = { ...FREE, attribution: true };
const withoutGain: Terms = { ...named, commercial: false };
const nothing: Terms = { commercial: false, redistribute: false, attribution: false, shareAlike: [] };

/**
 * The licences that sources and models come under. Copyright licences of pictures do not reach facts about them; terms that name derived data
 * do, and a licence without gain on a model is read as reaching its answers: the careful reading, where lawyers differ.
 */
export const LICENCES = [
  { id: "CC0-1.0", name: "CC0 1.0, public domain", itself: FREE, made: FREE },
  { id: "CC-BY-4.0", name: "CC BY 4.0", itself: named, made: FREE },
  { id: "CC-BY-SA-4.0", name: "CC BY-SA 4.0", itself: { ...named, shareAlike: ["CC-BY-SA-4.0"] }, made: FREE },
  { id: "CC-BY-NC-4.0", name: "CC BY-NC 4.0", itself: withoutGain, made: withoutGain },
  {
    id: "CC-BY-NC-SA-4.0",
    name: "CC BY-NC-SA 4.0",
    itself: { ...withoutGain, shareAlike: ["CC-BY-NC-SA-4.0"] },
    made: withoutGain,
  },
  { id: "Apache-2.0", name: "Apache 2.0", itself: named, made: FREE },
  { id: "MIT", name: "MIT", itself: named, made: FREE },
  { id: "BSD-2-Clause", name: "BSD 2-clause", itself: named, made: FREE },
  { id: "GPL-3.0", name: "GPL 3.0", itself: { ...named, shareAlike: ["GPL-3.0"] }, made: FREE },
  { id: "AGPL-3.0", name: "AGPL 3.0", itself: { ...named, shareAlike: ["AGPL-3.0"] }, made: FREE },
  { id: "research-only", name: "non-commercial research only", itself: withoutGain, made: withoutGain },
  { id: "no-derived-data", name: "no redistribution, derived data included", itself: nothing, made: nothing },
  { id: "none", name: "no licence granted", itself: nothing, made: nothing },
] as const satisfies readonly Licence[];

export type LicenceId = (typeof LICENCES)[number]["id"];
export const LICENCE_IDS = LICENCES.map(({ id }) => id);

const byId = new Map<string, Licence>(LICENCES.map((licence) => [licence.id, licence]));

/** The licence of that id; an unknown one grants nothing. */
export function licenceOf(id: string): Licence {
  return byId.get(id) ?? { id, name: `${id} (not known here)`, itself: nothing, made: nothing };
}

/** What is allowed where both terms have to be kept. Commutative, associative, idempotent; {@link FREE} changes nothing. */
export function both(a: Terms, b: Terms): Terms {
  return {
    commercial: a.commercial && b.commercial,
    redistribute: a.redistribute && b.redistribute,
    attribution: a.attribution || b.attribution,
    shareAlike: [...new Set([...a.shareAlike, ...b.shareAlike])].sort(),
  };
}
