import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { framingOf } from "../plan-picture.ts";
import { planSample, type SampleOptions } from "../plan-sample.ts";
import { random } from "../random.ts";
import { sampleAttributes } from "../sample-attributes.ts";
import type { Framing } from "../vocabulary.ts";

/** Share of what shows that whoever uploaded the picture speaks of. */
const SAID = 0.5;
const LEGS = ["bottom", "shoes", "socks"];
/** Groups that a framing leaves out, and that nobody would speak of. */
const OUT_OF_FRAME: Readonly<Record<Framing, readonly string[]>> = {
  headshot: [...LEGS, "belt", "bag"],
  portrait: [...LEGS, "belt"],
  upper_body: ["shoes", "socks"],
  nearly_full_body: ["shoes"],
  full_body: [],
};
const UNSAID = new Set(["none", "no", "not_visible", "solid color"]);
const SILENT = new Set(["frame", "person", "body", "style", "scene"]);

/**
 * What people write under a picture: about half of what is worn, in phrases ("velvet coat, beret"), sometimes of what
 * something else hides. Titles are all that a search or a list tells before a picture is fetched.
 */
export function titleOf(seed: number, options: SampleOptions = {}): string {
  const { defect, duplicateOf } = planSample(seed, options);
  if (defect === "no-person") return `A place without anybody, no. ${seed}`;
  const drawn = duplicateOf ?? seed;
  const framing = framingOf(drawn);
  const { values } = sampleAttributes(drawn, framing);
  const r = random(seed, "title");
  const phrases = primeHuman.categories.flatMap(({ id }) => {
    const [group, key] = id.split(".") as [string, string];
    const value = values[id as keyof typeof values];
    if (value === undefined || UNSAID.has(value) || SILENT.has(group) || OUT_OF_FRAME[framing].includes(group))
      return [];
    if (!r.chance(SAID)) return [];
    const noun = group.replaceAll("_", " ");
    return [key === "type" ? value : key === "wears" ? noun : `${value} ${noun}`];
  });
  return phrases.length > 0 ? phrases.join(", ") : `A drawn person, no. ${seed}`;
}
