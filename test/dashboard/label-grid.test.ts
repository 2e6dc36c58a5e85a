import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { becomes } from "./becomes.ts";
import { layOut, numberOf, optionOf, question, rowsOf } from "./label-scene.ts";
import { openScene, SCREENSHOTS, type Scene, type Window } from "./stage.ts";

const PEOPLE = 12;
const COLOUR = "top.color";
const colour = (text: string) => optionOf(COLOUR, text);

let scene: Scene;
let turn = 0;
beforeAll(async () => {
  scene = await openScene({ people: PEOPLE });
}, 120_000);
afterAll(() => scene?.close());
beforeEach(() => {
  turn++;
});

/** One page with these questions about each person; `blind` by place. */
async function everybody(categories: string[], blind: (place: number) => boolean = () => true): Promise<void> {
  // everybody has hair and wears a top and nothing over it, so that every one of these questions applies
  for (const [id, text] of [
    ["special.type", "none"],
    ["one_piece.type", "none"],
    ["hair.style", "straight"],
    ["top.type", "shirt"],
  ] as const) {
    await scene.db.query("update answers set value[$1::int] = $2", [numberOf(id), optionOf(id, text)]);
  }
  await layOut(
    scene,
    Array.from({ length: PEOPLE }, (_, asset) => ({
      id: `grid.${turn}.${String(asset).padStart(2, "0")}`,
      asset,
      categories,
      blind: blind(asset),
    })),
  );
}

/** A window of an annotator who goes through questions, each about many pictures. */
async function byQuestion(theme?: "light" | "dark"): Promise<Window> {
  const window = await scene.window("annotator", theme);
  await window.page.getByRole("button", { name: "by question", pressed: true }).waitFor();
  return window;
}

async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

/** The latest answer of each page of this turn, by place. */
async function standing(category = COLOUR): Promise<(number | undefined)[]> {
  const all = await Promise.all(
    Array.from({ length: PEOPLE }, (_, n) => rowsOf(scene, `grid.${turn}.${String(n).padStart(2, "0")}`)),
  );
  return all.map((rows) => rows.filter((row) => row.category === numberOf(category)).at(-1)?.value);
}

/** How often each value stands; a grid's order is the server's. */
async function counted(category = COLOUR): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const value of await standing(category)) counts[String(value)] = (counts[String(value)] ?? 0) + 1;
  return counts;
}

describe("one question about many pictures", () => {
  it("takes one key for each, and every answer is a row as soon as it is given", async () => {
    await everybody([COLOUR]);
    const { page, context, complaints } = await byQuestion();
    await question(page, COLOUR, "all");
    expect(await page.getByRole("listbox").getByRole("option").count()).toBe(PEOPLE);
    await press(page, "1", "2", "3");
    await page.getByText("picture 4 of 12, 9 left").waitFor();
    await page.getByText("all saved").waitFor();
    expect(await counted()).toEqual({ 0: 1, 1: 1, 2: 1, undefined: 9 });
    await page.screenshot({ path: `${SCREENSHOTS}/label-grid-light.png` });
    await press(page, "v", "u", "Shift+3", "1", "o");
    await page.keyboard.type("rust");
    await press(page, "Enter");
    await press(page, ...Array.from({ length: 5 }, () => "4"));
    await page.getByText("Nothing waits for you").waitFor();
    await page.getByText("all saved").waitFor();
    expect(await counted()).toEqual({ 0: 1, 1: 1, 2: 1, "-2": 1, "-3": 1, [2 + 256]: 1, "-4": 1, 3: 5 });
    const rows = (
      await Promise.all(
        Array.from({ length: PEOPLE }, (_, n) => rowsOf(scene, `grid.${turn}.${String(n).padStart(2, "0")}`)),
      )
    ).flat();
    expect(rows).toHaveLength(PEOPLE);
    expect(rows.every(({ reviewer, milliseconds }) => reviewer === "ada" && (milliseconds ?? 0) > 0)).toBe(true);
    expect(rows.find(({ value }) => value === -4)?.text).toBe("rust");
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);

  it("gives one answer to several that are selected, and goes back over all of them at once", async () => {
    await everybody([COLOUR]);
    const { page, context } = await byQuestion();
    await question(page, COLOUR, "all");
    await press(page, "Space", "ArrowRight", "ArrowRight", "Space");
    await page.getByText("2 pictures at once").waitFor();
    await press(page, "5");
    await page.getByText("10 left").waitFor();
    await press(page, "Control+a");
    await page.getByText("10 pictures at once").waitFor();
    await press(page, "2");
    await page.getByText("all saved").waitFor();
    await expect.poll(() => counted()).toEqual({ [colour("blue")]: 2, [colour("black")]: 10 });

    await press(page, "Backspace", "Backspace"); // from the empty page, back to the beginning
    await page.getByText("12 left").waitFor();
    await press(page, "Control+a", "1");
    await expect.poll(() => counted()).toEqual({ [colour("white")]: 12 });
    await context.close();
  }, 60_000);

  it("goes back fifty answers, each a correction that keeps what was said before", async () => {
    await everybody([COLOUR, "hair.color"]);
    const { page, context } = await byQuestion();
    await page.locator("section[data-category]").waitFor();
    for (let n = 0; n < 2 * PEOPLE; n++) {
      await page.locator("section[data-category]").waitFor();
      await press(page, "1");
    }
    await page.getByText("Nothing waits for you").waitFor();
    await page.getByText("all saved").waitFor();
    await press(page, ...Array.from({ length: 2 * PEOPLE }, () => "Backspace"));
    await page.getByText("picture 1 of 12, 12 left").waitFor();
    for (let n = 0; n < 2 * PEOPLE; n++) {
      await page.locator("section[data-category]").waitFor();
      await press(page, "2");
    }
    await page.getByText("Nothing waits for you").waitFor();
    await page.getByText("all saved").waitFor();
    expect(await counted()).toEqual({ 1: 12 });
    expect(await counted("hair.color")).toEqual({ 1: 12 });
    expect((await rowsOf(scene, `grid.${turn}.00`)).map(({ value }) => value).toSorted((a, b) => a - b)).toEqual([
      0, 0, 1, 1,
    ]);
    await context.close();
  }, 90_000);

  it("accepts suggestions with Enter, each its own, and never where a picture is blind", async () => {
    await everybody([COLOUR], (place) => place >= 6);
    await scene.db.query("update answers set value[$1::int] = 7", [numberOf(COLOUR)]);
    const { page, context } = await byQuestion("dark");
    await question(page, COLOUR, "all");
    await press(page, "Control+a", "Enter");
    await page.getByText("6 left").waitFor();
    await page.getByText("all saved").waitFor();
    await page.screenshot({ path: `${SCREENSHOTS}/label-grid-dark.png` });
    expect(await standing()).toEqual(Array.from({ length: PEOPLE }, (_, n) => (n < 6 ? 7 : undefined)));
    await context.close();
  }, 40_000);

  it("shows one picture at a time where one wants that, and the next is decoded before it is asked for", async () => {
    await everybody([COLOUR]);
    const { page, context } = await byQuestion();
    await question(page, COLOUR, "all");
    await press(page, "g");
    const stage = page.getByTestId("stage");
    await stage.waitFor();
    await becomes(
      page,
      `[...document.querySelectorAll('[data-testid="stage"] img')].map((one) => one.complete && one.naturalWidth > 0)`,
      [true, true, true],
    );
    const first = await stage.getAttribute("data-asset");
    await press(page, "1");
    await page.getByText("11 left").waitFor();
    expect(await stage.getAttribute("data-asset")).not.toBe(first);
    await context.close();
  }, 40_000);

  it("loses nothing by a network that drops in the middle of a grid, nor by a reload", async () => {
    await everybody([COLOUR]);
    const { page, context } = await byQuestion();
    await question(page, COLOUR, "all");
    await page.waitForLoadState("networkidle");
    await press(page, "1", "2");
    await page.getByText("all saved").waitFor();
    await context.setOffline(true);
    await press(page, "3", "4", "5");
    await page.getByText("offline, 3 kept here").waitFor();
    expect(await page.locator("[data-state=queued]").count()).toBe(3);
    await page.screenshot({ path: `${SCREENSHOTS}/label-grid-offline-light.png` });
    await press(page, "Backspace", "6"); // what was on its way is corrected by what comes after it
    await context.setOffline(false);
    await page.getByText("all saved").waitFor({ timeout: 15_000 });
    await page.reload();
    await page.getByText("your answers are still here").waitFor();
    await page.getByText("picture 6 of 12, 7 left").waitFor();
    expect(await counted()).toEqual({ 0: 1, 1: 1, 2: 1, 3: 1, 5: 1, undefined: 7 });
    await context.close();
  }, 60_000);

  it("closes what hangs on a parent that says no", async () => {
    await everybody(["top.type", COLOUR]);
    const { page, context } = await byQuestion();
    await question(page, "top.type", "all");
    await press(page, "Control+a", "x");
    await page.getByText("Nothing waits for you").waitFor();
    await page.getByText("all saved").waitFor();
    expect(await counted("top.type")).toEqual({ [optionOf("top.type", "none")]: 12 });
    expect(await counted()).toEqual({ undefined: 12 });
    await context.close();
  }, 40_000);

  it("skips some with a reason, and flags one for an operator", async () => {
    await everybody([COLOUR]);
    const { page, context } = await byQuestion();
    await question(page, COLOUR, "all");
    await press(page, "f", "2");
    await page.getByText("an operator will look at it").waitFor();
    await press(page, "s", "1");
    await page.getByText("of 11, 11 left").waitFor();
    await context.close();
  }, 40_000);
});
