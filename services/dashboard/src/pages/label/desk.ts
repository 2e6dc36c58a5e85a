import { LeasedTask } from "@anyone/contracts/review";
import { Grid } from "@anyone/contracts/review-slots";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { z } from "zod";
import { walk } from "./walk.ts";

/**
 * What lies before an annotator: the sheets leased to her, the answers given on them, and the way back. All of it is
 * plain data, so that it can be kept in the browser's storage, and every step makes a new one.
 */

/** How many steps Backspace goes back, over sheets that are answered too. */
export const DEEPEST_UNDO = 50;

/** Names a question about a picture. */
const SlotName = z.object({ taskId: z.string(), category: z.number() });
export type SlotName = z.infer<typeof SlotName>;

/** One answer: packed value, the text after `other`, and the time it took. */
const Given = SlotName.extend({ value: z.number(), text: z.string().optional(), milliseconds: z.number() });
export type Given = z.infer<typeof Given>;

const given = z.array(Given);
const gone = z.array(SlotName);
/** `gone` are slots that were skipped, or lost to somebody else: they are not asked any more. */
const PageSheet = z.object({
  kind: z.literal("page"),
  id: z.string(),
  task: LeasedTask,
  given,
  gone,
  /** What was sent of it, all at once; what is answered anew after that corrects it. */
  sent: given.nullable(),
});
const GridSheet = z.object({ kind: z.literal("grid"), id: z.string(), grid: Grid, given, gone });
export type PageSheet = z.infer<typeof PageSheet>;
export type GridSheet = z.infer<typeof GridSheet>;
export type Sheet = PageSheet | GridSheet;

export const Desk = z.object({
  sheets: z.array(z.discriminatedUnion("kind", [PageSheet, GridSheet])),
  /** What each key press answered, latest last. */
  steps: z.array(z.array(SlotName)),
});
export type Desk = z.infer<typeof Desk>;

export const EMPTY_DESK: Desk = { sheets: [], steps: [] };

export function same(a: SlotName, b: SlotName): boolean {
  return a.taskId === b.taskId && a.category === b.category;
}

export function pageSheet(task: LeasedTask): PageSheet {
  return { kind: "page", id: task.id, task, given: [], gone: [], sent: null };
}

/** The time of the lease tells two leases of the same slots apart. */
export function gridSheet(grid: Grid): GridSheet {
  const [first] = grid.slots;
  return { kind: "grid", id: `${grid.category} ${first?.taskId} ${grid.leaseUntil}`, grid, given: [], gone: [] };
}

/** Every question of a sheet, asked or not, with the fence of its lease. */
export function slotsOf(sheet: Sheet): (SlotName & { fence: number; assetId: string })[] {
  if (sheet.kind === "grid") return sheet.grid.slots;
  const { id: taskId, fence, assetId, categories } = sheet.task;
  return categories.map((category) => ({ taskId, category, fence, assetId }));
}

/** The questions still to be answered, the next one first. On a page a parent's answer opens and closes others. */
export function openSlots(sheet: Sheet, protocol: Protocol): SlotName[] {
  if (sheet.kind === "grid")
    return sheet.grid.slots.filter((slot) => !holds(sheet.given, slot) && !holds(sheet.gone, slot));
  const { categories, id } = sheet.task;
  const asked = categories.filter((category) => !holds(sheet.gone, { taskId: id, category }));
  const { category: first, open } = walk(protocol, { ...sheet.task, categories: asked }, sheet.given);
  const others = open.filter((one) => one !== first);
  return (first ? [first, ...others] : []).map(({ n }) => ({ taskId: id, category: n }));
}

export function protocolOf(sheet: Sheet): string {
  return sheet.kind === "grid" ? sheet.grid.protocolId : sheet.task.protocolId;
}

/** The sheet to work on: the first one of its kind that has a question left. */
export function currentSheet<Kind extends Sheet["kind"]>(
  desk: Desk,
  kind: Kind,
  protocol: (id: string) => Protocol | undefined,
): Extract<Sheet, { kind: Kind }> | null {
  const found = desk.sheets.find((sheet) => {
    const known = protocol(protocolOf(sheet));
    return sheet.kind === kind && known !== undefined && openSlots(sheet, known).length > 0;
  });
  return (found ?? null) as Extract<Sheet, { kind: Kind }> | null;
}

export function withSheet(desk: Desk, sheet: Sheet): Desk {
  if (desk.sheets.some(({ id }) => id === sheet.id)) return desk;
  return { ...desk, sheets: [...desk.sheets, sheet] };
}

/** Gives these answers with one key press; an answer to a slot that has one replaces it. */
export function answer(desk: Desk, answers: readonly Given[]): Desk {
  if (answers.length === 0) return desk;
  const sheets = desk.sheets.map((sheet) => {
    const own = answers.filter((one) => holds(slotsOf(sheet), one));
    return own.length === 0 ? sheet : { ...sheet, given: [...without(sheet.given, own), ...own] };
  });
  const step = answers.map(({ taskId, category }) => ({ taskId, category }));
  return { sheets, steps: [...desk.steps, step].slice(-DEEPEST_UNDO) };
}

/** Takes the last step back; `undone` are the answers it had given. */
export function undo(desk: Desk): { desk: Desk; undone: Given[] } {
  const step = desk.steps.at(-1);
  if (!step) return { desk, undone: [] };
  const undone = desk.sheets.flatMap((sheet) => sheet.given.filter((one) => holds(step, one)));
  const sheets = desk.sheets.map((sheet) => ({ ...sheet, given: without(sheet.given, step) }));
  return { desk: { sheets, steps: desk.steps.slice(0, -1) }, undone };
}

/** These slots are no longer this annotator's to answer, and no step leads back to them. */
export function drop(desk: Desk, slots: readonly SlotName[]): Desk {
  const sheets = desk.sheets.map((sheet) => {
    const own = slots.filter((slot) => holds(slotsOf(sheet), slot) && !holds(sheet.gone, slot));
    if (own.length === 0) return sheet;
    return { ...sheet, given: without(sheet.given, own), gone: [...sheet.gone, ...own.map(nameOf)] };
  });
  const steps = desk.steps.map((step) => step.filter((one) => !holds(slots, one))).filter((step) => step.length > 0);
  return { sheets, steps };
}

/**
 * Asks again what the server could not take: a slot, or of a page that was refused whole its last question, since there
 * is no telling which of its answers is the wrong one; steps lead back to the others.
 */
export function reopen(desk: Desk, refused: readonly SlotName[]): Desk {
  let back = refused;
  const sheets = desk.sheets.map((sheet) => {
    const whole = sheet.kind === "page" && sheet.given.length > 0 && sheet.given.every((one) => holds(refused, one));
    if (!whole) return sheet;
    back = [...without(back, sheet.given), ...sheet.given.slice(-1)];
    return { ...sheet, sent: null };
  });
  const steps = desk.steps.map((step) => without(step, back)).filter((step) => step.length > 0);
  return { sheets: sheets.map((sheet) => ({ ...sheet, given: without(sheet.given, back) })), steps };
}

/** The desk without sheets that are answered and saved, and that no step leads back to. */
export function tidy(
  desk: Desk,
  protocol: (id: string) => Protocol | undefined,
  isPending: (slot: SlotName) => boolean,
): Desk {
  const sheets = desk.sheets.filter((sheet) => {
    const known = protocol(protocolOf(sheet));
    if (!known || openSlots(sheet, known).length > 0) return true;
    const slots = slotsOf(sheet);
    return slots.some(isPending) || desk.steps.some((step) => step.some((one) => holds(slots, one)));
  });
  return sheets.length === desk.sheets.length ? desk : { ...desk, sheets };
}

export function holds(slots: readonly SlotName[], slot: SlotName): boolean {
  return slots.some((one) => same(one, slot));
}

function without<Slot extends SlotName>(slots: readonly Slot[], taken: readonly SlotName[]): Slot[] {
  return slots.filter((slot) => !holds(taken, slot));
}

function nameOf({ taskId, category }: SlotName): SlotName {
  return { taskId, category };
}
