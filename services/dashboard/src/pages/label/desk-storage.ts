import { z } from "zod";
import { Desk, EMPTY_DESK } from "./desk.ts";
import { adopt, EMPTY_OUTBOX, Outbox, pending } from "./outbox.ts";

/**
 * What the browser keeps of an annotator's work: written with every answer, before anything is sent. Each window has a
 * record of its own; one that was closed, or has said nothing for a while, is taken over by the next window.
 */
const Kept = z.object({ desk: Desk, outbox: Outbox, touched: z.number() });

export interface Work {
  desk: Desk;
  outbox: Outbox;
}

const PREFIX = "anyone.desk.";
/** A window that works touches its record this often; one untouched for four times as long is gone. */
export const TOUCH_MS = 5_000;
const GONE_MS = 4 * TOUCH_MS;

export type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

/** Returns whether it lies in the storage now. */
export function keepWork(shelf: Shelf, name: string, work: Work, touched = Date.now()): boolean {
  try {
    if (work.desk.sheets.length === 0 && pending(work.outbox) === 0) shelf.removeItem(name);
    else shelf.setItem(name, JSON.stringify({ ...work, touched }));
    return true;
  } catch {
    return false;
  }
}

/** This window's record; no other has it. */
export function nameOfWork(annotator: string): string {
  return `${PREFIX}${annotator}.${randomKey()}`;
}

/** What this annotator's windows that are gone have left: their answers first, and their sheets while the lease holds. */
export function takeLeft(shelf: Shelf, annotator: string, now = Date.now()): Work {
  let left: Work = { desk: EMPTY_DESK, outbox: EMPTY_OUTBOX };
  for (const name of namesOf(shelf, annotator)) {
    const kept = read(shelf, name);
    if (kept && now - kept.touched < GONE_MS) continue;
    shelf.removeItem(name);
    if (!kept) continue;
    const sheets = [...left.desk.sheets, ...kept.desk.sheets];
    left = {
      desk: { sheets, steps: [...left.desk.steps, ...kept.desk.steps] },
      outbox: adopt(left.outbox, kept.outbox),
    };
  }
  return left;
}

/** 128 random bits; `crypto.randomUUID` exists only where the page came over HTTPS or from this machine. */
export function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function namesOf(shelf: Shelf, annotator: string): string[] {
  try {
    const names = Array.from({ length: shelf.length }, (_, place) => shelf.key(place) ?? "");
    return names.filter((name) => name.startsWith(`${PREFIX}${annotator}.`)).sort();
  } catch {
    return [];
  }
}

function read(shelf: Shelf, name: string): z.infer<typeof Kept> | null {
  try {
    return Kept.parse(JSON.parse(shelf.getItem(name) ?? "null"));
  } catch {
    return null;
  }
}
