import { z } from "zod";
import { fault } from "../fault.ts";
import { canonicalJson } from "./canonical.ts";
import { DIAL_WORDS } from "./dial-words.ts";
import { DIAL_KEYS, DIALS, type Dial, type DialKey, isSide } from "./dials.ts";
import { type Gates, gates as own } from "./gate.ts";

/** The thresholds that an operator set, by their dials: null switches a gate off. What is not among them is the filter's own. */
export const SetThresholds = z.partialRecord(z.enum(DIAL_KEYS), z.number().nullable());
export type SetThresholds = z.infer<typeof SetThresholds>;

/** One that may be set, and what it stands at. */
export interface Threshold {
  gate: Dial["gate"];
  name: DialKey;
  unit: string;
  /** Null: the gate is off. */
  value: number | null;
  default: number | null;
  /** The bounds within which it may be set. */
  low: number;
  high: number;
}

/** Every threshold in the gates' order, as it stands in these. */
export function describeThresholds(gates: Gates): Threshold[] {
  return DIALS.map((dial) => ({
    ...{ gate: dial.gate, name: dial.key, unit: DIAL_WORDS[dial.key].unit },
    ...{ value: gates[dial.key], default: own[dial.key] },
    ...boundsOf(dial),
  }));
}

/**
 * The thresholds in force with what was set by version `id`. Their version names both: the filter's own, and the operator's on top of
 * it. With nothing set they are the filter's own again.
 */
export function thresholdsWith(set: SetThresholds, id: number): Gates {
  if (Object.keys(set).length === 0) return own;
  return { ...own, ...set, version: `${own.version}+${id}` } as Gates;
}

/** What stands after a change of some of them. One that is set to the filter's own is no longer among what was set.
 * @throws Fault `bad-input` that names what does not fit, and what would
 */
export function changeThresholds(set: SetThresholds, change: Readonly<Record<string, number | null>>): SetThresholds {
  const changed = Object.entries(change);
  if (changed.length === 0) throw fault("bad-input", "No threshold is named.", { hint: `There are ${names()}.` });
  const after: SetThresholds = { ...set };
  for (const [name, value] of changed) {
    const dial = DIALS.find(({ key }) => key === name);
    if (!dial) throw fault("bad-input", `There is no threshold "${name}".`, { hint: `There are ${names()}.` });
    hold(dial, value);
    after[dial.key] = value;
  }
  const { shortSide, longSide } = { ...own, ...after } as Gates;
  if (shortSide > longSide) {
    throw fault("bad-input", `shortSide can't be ${shortSide}: it is more than longSide, ${longSide}.`, {
      hint: "Set both.",
    });
  }
  return SetThresholds.parse(
    Object.fromEntries(
      DIAL_KEYS.flatMap((key) => (key in after && after[key] !== own[key] ? [[key, after[key]]] : [])),
    ),
  );
}

/** sha256 of the thresholds, whatever their version is called: the same values have the same hash. `sha256` gives hex. */
export function thresholdsHash({ version: _, ...values }: Gates, sha256: (text: string) => string): string {
  return sha256(canonicalJson(values));
}

function hold(dial: Dial, value: number | null): void {
  const { key } = dial;
  const { low, high } = boundsOf(dial);
  const allowed = `From ${low} to ${high} is allowed${isSide(key) ? ", in whole pixels" : ", or off"}.`;
  if (value === null) {
    if (isSide(key)) throw fault("bad-input", `${key} can't be switched off.`, { hint: allowed });
    return;
  }
  if (!(value >= low && value <= high)) {
    throw fault("bad-input", `${key} can't be ${value}: it is out of its bounds.`, { hint: allowed });
  }
  if (isSide(key) && !Number.isInteger(value)) {
    throw fault("bad-input", `${key} can't be ${value}: it counts pixels.`, { hint: allowed });
  }
}

function boundsOf({ key, from, to }: Dial): { low: number; high: number } {
  return { low: isSide(key) ? Math.max(1, from) : from, high: to };
}

function names(): string {
  return DIAL_KEYS.join(", ");
}
