import { z } from "zod";
import document from "../../crosswalks/deepfashion-multimodal.json" with { type: "json" };

/** The dataset's three files of labels. */
export const LABEL_FILES = ["shape", "fabric", "pattern"] as const;
type LabelFile = (typeof LABEL_FILES)[number];

const CrossWalk = z.object({
  dataset: z.string(),
  reference: z.string(),
  note: z.string(),
  attributes: z.array(
    z.object({
      name: z.string(),
      file: z.enum(LABEL_FILES),
      values: z.array(z.string()),
      /** Value → the answers it stands for, by category; `upper.` is `top.` or `one_piece.`. */
      answers: z.record(z.string(), z.record(z.string(), z.string())),
    }),
  ),
});

/** DeepFashion-MultiModal's 18 attributes and what each of their values says in the label protocol's words. */
export const deepFashion = CrossWalk.parse(document);

/** What an image's name tells, "WOMEN-Dresses-id_00000002-02_1_front.jpg": who wears which kind of garment. */
export function readName(name: string): { onePiece: boolean; answers: Record<string, string> } {
  const [, who, garment] = /^(WOMEN|MEN)-([A-Za-z_]+)-id_/.exec(name) ?? [];
  const answers: Record<string, string> = {};
  if (who !== undefined) answers["person.gender"] = who === "WOMEN" ? "female" : "male";
  if (garment === "Dresses") answers["one_piece.type"] = "dress";
  return { onePiece: garment === "Dresses" || garment === "Rompers_Jumpsuits", answers };
}

/**
 * Who an image shows: the dataset numbers garments, each worn by one person in one shoot, so that pictures of one number show
 * one person. Other numbers may show the same person; the dataset does not tell.
 */
export function personIn(name: string): string | undefined {
  const number = /-(id_\d{8})-/.exec(name)?.[1];
  return number && `deepfashion:${number}`;
}

/** What an image's name and labels say, as answers by category. Labels that are no place among an attribute's values say nothing. */
export function crossWalk(name: string, labels: Partial<Record<LabelFile, readonly number[]>>): Record<string, string> {
  const { onePiece, answers } = readName(name);
  for (const file of LABEL_FILES) {
    const attributes = deepFashion.attributes.filter((attribute) => attribute.file === file);
    for (const [place, attribute] of attributes.entries()) {
      const value = attribute.values[labels[file]?.[place] ?? -1];
      for (const [category, option] of Object.entries(attribute.answers[value ?? ""] ?? {})) {
        const [group = "", key = ""] = category.split(".");
        if (onePiece && (group === "bottom" || group === "top")) continue;
        answers[`${group === "upper" ? (onePiece ? "one_piece" : "top") : group}.${key}`] = option;
      }
    }
  }
  return answers;
}
