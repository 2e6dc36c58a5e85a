/**
 * What the photographs of the installed packages show, looked at by eye. They are measured on where they lie and never copied. A square of a
 * picture that is there as a whole is left out: it is no second person.
 */
export const PHOTOGRAPHS = {
  /** One person whose face is to be seen. */
  one: [
    "brooke",
    "bruce-mars",
    "charles",
    "ivana",
    "ivancik",
    "jordan",
    "kal-visuals",
    "marie",
    "team-1",
    "team-2",
    "team-3",
    "team-4",
  ],
  /** One person from behind or from above. */
  faceless: ["blog7-1", "card-3"],
  several: [
    "annie-spratt",
    "meeting",
    "office-dark",
    "toa-heftiba",
    "sample1",
    "sample2",
    "sample3",
    "sample4",
    "sample5",
    "sample6",
  ],
  nobody: ["anastasia", "blog7-2", "blog7-3", "card-2", "nastuh"],
} as const satisfies Record<string, readonly string[]>;
export type Shown = keyof typeof PHOTOGRAPHS;

/** What a photograph of that name shows; undefined for one that is not counted. */
export function shownOn(name: string): Shown | undefined {
  return (Object.keys(PHOTOGRAPHS) as Shown[]).find((shown) =>
    (PHOTOGRAPHS[shown] as readonly string[]).includes(name),
  );
}
