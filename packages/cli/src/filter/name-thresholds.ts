import type { Thresholds } from "@anyone/contracts/thresholds";
import { fault } from "@anyone/domain/fault";

type Known = readonly Pick<Thresholds["thresholds"][number], "name" | "gate">[];

/**
 * Reads words like `face-side=200` or `brisque=off`. A threshold is named as tables show it, as reports name it (`faceSide`), or by its gate
 * where that has only this one.
 *
 * @throws Fault `bad-input` that says which word is none, and what would be one
 */
export function readAssignments(words: readonly string[], known: Known): Record<string, number | null> {
  const change: Record<string, number | null> = {};
  for (const word of words) {
    const [, said = "", value = ""] = /^([^=]*)=(.*)$/.exec(word.trim()) ?? [];
    if (said === "") {
      throw fault("bad-input", `"${word}" sets nothing.`, {
        hint: "Write a name, = and a number, as in face-side=200.",
      });
    }
    const name = nameOf(said, known);
    if (name in change) throw fault("bad-input", `${spoken(name)} is set twice.`, { hint: "Name it once." });
    change[name] = numberOf(said, value);
  }
  return change;
}

/** A threshold's name as a person types it: `faceSide` is `face-side`. */
export function spoken(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function nameOf(said: string, known: Known): string {
  const direct = known.find(({ name }) => name === said || spoken(name) === said);
  const ofGate = known.filter(({ gate }) => gate === said);
  const found = direct ?? (ofGate.length === 1 ? ofGate[0] : undefined);
  if (found) return found.name;
  const all = known.map(({ name }) => spoken(name)).join(", ");
  if (ofGate.length > 1) {
    throw fault("bad-input", `The gate ${said} has several thresholds.`, {
      hint: `Name one: ${ofGate.map(({ name }) => spoken(name)).join(", ")}.`,
    });
  }
  throw fault("bad-input", `There is no threshold "${said}".`, { hint: `There are ${all}.` });
}

function numberOf(said: string, text: string): number | null {
  if (text === "off") return null;
  const value = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw fault("bad-input", `"${text}" is no value for ${said}.`, { hint: "Write a number, as in 0.9, or off." });
}
