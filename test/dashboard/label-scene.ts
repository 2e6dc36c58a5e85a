import { protocolRepository } from "@anyone/db/protocols";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { slotPages } from "@anyone/review/slot-pages";
import type { Page } from "playwright-core";
import type { Scene, Window } from "./stage.ts";

export const numberOf = (id: string) => primeHuman.byId.get(id)?.n ?? 0;
export const optionOf = (id: string, text: string) => primeHuman.byId.get(id)?.options.indexOf(text) ?? -9;

interface Wanted {
  id: string;
  asset: number;
  categories: string[];
  blind?: boolean;
  purpose?: string;
}

/** Leaves exactly these pages waiting for people. */
export async function layOut({ db, assetIds }: Scene, wanted: readonly Wanted[]): Promise<void> {
  await db.query("update review_tasks set state = 'skipped', lease_until = null where state in ('open', 'leased')");
  for (const { id, asset, categories, blind = true, purpose = "sample" } of wanted) {
    await db.query(
      `insert into review_tasks (id, iteration, asset_id, purpose, categories, blind) values ($1, 2, $2, $3, $4, $5)`,
      [id, assetIds[asset], purpose, categories.map(numberOf), blind],
    );
  }
  // gates that look at the picture must not depend on how a seed was drawn
  await db.query("update assets set part_shares = array_fill(0.05::real, array[18]), cut_parts = '{}'");
  await db.transaction((tx) => slotPages(tx, protocolRepository(db)));
}

/** A window of an annotator who goes through pictures, each with its questions. */
export async function byPicture(scene: Scene, theme?: "light" | "dark"): Promise<Window> {
  const window = await scene.window("annotator", theme);
  await window.page.getByRole("button", { name: "by picture" }).waitFor();
  await window.page.keyboard.press("m");
  await window.page.getByRole("button", { name: "by picture", pressed: true }).waitFor();
  window.complaints.length = 0;
  return window;
}

/** Waits until this question stands there. */
export async function question(page: Page, id: string, step: "exists" | "kind" | "all" = "kind"): Promise<void> {
  await page.locator(`section[data-category="${id}"][data-step="${step}"]`).waitFor({ timeout: 12_000 });
}

interface Row {
  category: number;
  value: number;
  text: string | null;
  reviewer: string;
  milliseconds: number | null;
}

/** Every answer recorded on a page, first ones first; a correction is a row of its own. */
export function rowsOf({ db }: Scene, taskId: string): Promise<Row[]> {
  return db.query<Row>(
    "select category, value, text, reviewer, milliseconds from human_answers where review_task_id = $1 order by id",
    [taskId],
  );
}
