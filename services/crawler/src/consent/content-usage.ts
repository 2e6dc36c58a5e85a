import type { Stance } from "@anyone/domain/source/consent";

/** Names of one use in the drafts of the AIPREF vocabulary, the latest first. */
const USES = {
  automated: ["bots", "tdm"],
  training: ["train-ai", "ai"],
  generative: ["train-genai", "genai"],
} as const;

/**
 * What a Content-Usage preference says of training (AIPREF vocabulary). A more general use speaks for those within it that
 * are not named. We train models that describe and models that draw: reserved when either is.
 */
export function usageStance(usage: string): Stance {
  const said = readPreferences(usage);
  const of = (names: readonly string[]) => names.map((name) => said.get(name)).find((value) => value !== undefined);
  const training = of(USES.training) ?? of(USES.automated);
  const generative = of(USES.generative) ?? training;
  if (training === "n" || generative === "n") return "reserves";
  return training === "y" && generative === "y" ? "allows" : "silent";
}

/**
 * The members of an RFC 9651 dictionary whose values are tokens; the last of one name counts. A member that cannot be read
 * is passed over and does not silence the others: whoever mistypes one preference still has those beside it.
 */
function readPreferences(usage: string): Map<string, string> {
  const members = usage.replaceAll(/"(?:[^"\\]|\\.)*"/g, "").split(",");
  const pairs = members.flatMap((member) => {
    const [, name, value] = /^\s*([a-z*][a-z0-9_.*-]*)=([A-Za-z*][\w!#$%&'*+.^`|~:/-]*)\s*(?:;.*)?$/.exec(member) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  return new Map(pairs);
}
