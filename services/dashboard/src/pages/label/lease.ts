import { ApiError } from "@anyone/contracts/client";
import { reviewApi } from "@anyone/contracts/review";
import { slotsApi } from "@anyone/contracts/review-slots";
import { api } from "../../client.ts";
import { gridSheet, pageSheet, type Sheet, type SlotName, slotsOf } from "./desk.ts";

/** One question about many pictures, or one picture with its questions. */
export type Kind = Sheet["kind"];

/** Seconds a sheet is ours: the longest takes a few minutes, and who goes away blocks it no longer than this. */
const LEASE_SECONDS = 900;
const GRID_SIZE = 24;

/**
 * Leases the next sheet; null when nothing waits. A grid asks about `category` where it is given, and when that question
 * is done about another one, unless it `must` be that.
 */
export async function leaseSheet(kind: Kind, category: number | null, must: boolean): Promise<Sheet | null> {
  if (kind === "page") {
    const { task } = await api.call(reviewApi.lease, { body: { leaseSeconds: LEASE_SECONDS } });
    return task ? pageSheet(task) : null;
  }
  const ask = { limit: GRID_SIZE, leaseSeconds: LEASE_SECONDS };
  const named = category === null ? null : (await api.call(slotsApi.leaseSlots, { body: { ...ask, category } })).grid;
  const grid = named || (category !== null && must) ? named : (await api.call(slotsApi.leaseSlots, { body: ask })).grid;
  return grid && grid.slots.length > 0 ? gridSheet(grid) : null;
}

/** Gives back what was not answered; when it can't be, the lease runs out by itself. */
export async function releaseSheet(sheet: Sheet, open: readonly SlotName[]): Promise<void> {
  try {
    if (sheet.kind === "page") {
      await api.call(reviewApi.release, { params: { id: sheet.task.id as never }, body: { fence: sheet.task.fence } });
      return;
    }
    const slots = fenced(sheet, open);
    if (slots.length > 0) await api.call(slotsApi.releaseSlots, { body: { slots } });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

/** Ends a page, or these slots of a grid, for good. */
export async function skipSheet(sheet: Sheet, slots: readonly SlotName[], reason: string): Promise<void> {
  if (sheet.kind === "page") {
    const { id, fence } = sheet.task;
    await api.call(reviewApi.skip, { params: { id: id as never }, body: { fence, reason } });
    return;
  }
  for (const slot of fenced(sheet, slots)) await api.call(slotsApi.skipSlot, { body: { ...slot, reason } });
}

export async function flagSlot({ taskId, category }: SlotName, note: string): Promise<void> {
  await api.call(slotsApi.flagSlot, { body: { taskId: taskId as never, category, note } });
}

function fenced(sheet: Sheet, slots: readonly SlotName[]) {
  return slotsOf(sheet)
    .filter((slot) => slots.some((one) => one.taskId === slot.taskId && one.category === slot.category))
    .map(({ taskId, category, fence }) => ({ taskId: taskId as never, category, fence }));
}
