import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { byPicture, layOut, numberOf, optionOf, question, rowsOf as recordedOn } from "./label-scene.ts";
import { openScene, SCREENSHOTS, type Scene } from "./stage.ts";

const absentOf = (id: string) => optionOf(id, primeHuman.byId.get(id)?.absent ?? "");

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ people: 5 });
}, 120_000);
afterAll(() => scene?.close());

const rowsOf = (taskId: string) => recordedOn(scene, taskId);
const pages = (...wanted: Parameters<typeof layOut>[1]) => layOut(scene, wanted);

const stateOf = async (taskId: string) =>
  (await scene.db.query<{ state: string }>("select state from review_tasks where id = $1", [taskId]))[0]?.state;

describe("an annotator with nothing but a keyboard", () => {
  it("answers 20 questions on two pages; every one is a row, with who gave it and how long it took", async () => {
    const first = [
      "frame.shot",
      "person.age",
      "person.gender",
      "scene.background",
      "hair.color",
      "hair.style",
      "hair.length",
      "top.type",
      "top.pattern",
      "top.color",
      "shoes.type",
      "hat.type",
    ];
    const second = [
      "frame.shot",
      "person.age",
      "person.gender",
      "hair.color",
      "hair.style",
      "scarf.wears",
      "scarf.pattern",
      "bag.type",
      "style.overall_style",
      "belt.wears",
      "tie.wears",
    ];
    await pages({ id: "keys.1", asset: 0, categories: first }, { id: "keys.2", asset: 1, categories: second });
    const { page, context, complaints } = await byPicture(scene);
    const press = (key: string) => page.keyboard.press(key);

    await question(page, "frame.shot");
    await page.waitForLoadState("networkidle");
    await page.screenshot({ path: `${SCREENSHOTS}/label-light.png` });
    await press("3"); // upper_body
    await question(page, "person.age");
    await press("4"); // adult
    await question(page, "person.gender");
    await press("u"); // unsure
    await question(page, "scene.background");
    await press("o");
    await page.keyboard.type("a harbour at dusk");
    await press("Enter");
    await question(page, "hair.style"); // before its colour: who is bald has none
    await press("1"); // straight: a mistake
    await question(page, "hair.color");
    await press("Backspace");
    await question(page, "hair.style");
    await press("/");
    await page.keyboard.type("pony");
    await press("Enter");
    await question(page, "hair.color");
    await press("2"); // brown
    await question(page, "hair.length");
    await press("v"); // not visible
    await question(page, "top.type", "exists");
    await press("1"); // yes
    await question(page, "top.type");
    await press("2"); // shirt
    await question(page, "top.pattern");
    await page.screenshot({ path: `${SCREENSHOTS}/label-question-light.png` });
    await press("1"); // solid color
    await question(page, "top.color");
    await press("Shift+3"); // gray, and
    await page.getByText("second colour").waitFor();
    await press("1"); // white
    await question(page, "shoes.type", "exists");
    await press("2"); // no shoes, so nothing more of them
    await question(page, "hat.type", "exists");
    await press("?");
    await page.getByRole("dialog").waitFor();
    await page.screenshot({ path: `${SCREENSHOTS}/label-help-light.png` });
    await press("3"); // means nothing while the help is open
    await press("Escape");
    await press("2"); // no hat: the page is done

    await question(page, "frame.shot");
    for (const [id, key] of [
      ["frame.shot", "1"],
      ["person.age", "4"],
      ["person.gender", "1"],
      ["hair.style", "1"],
      ["hair.color", "1"],
    ] as const) {
      await question(page, id);
      await press(key);
    }
    await question(page, "scarf.wears");
    await press("2"); // no: its pattern is never asked
    await question(page, "bag.type", "exists");
    await press("2");
    await question(page, "style.overall_style");
    await press("1");
    await question(page, "belt.wears");
    await press("2");
    await question(page, "tie.wears");
    await press("n"); // does not apply: no row
    await page.getByText("Nothing waits for you").waitFor();
    await page.getByText("all saved").waitFor();

    const one = await rowsOf("keys.1");
    expect(one.map(({ category, value }) => [category, value])).toEqual([
      [numberOf("frame.shot"), optionOf("frame.shot", "upper_body")],
      [numberOf("person.age"), optionOf("person.age", "adult")],
      [numberOf("person.gender"), -3],
      [numberOf("scene.background"), -4],
      [numberOf("hair.style"), optionOf("hair.style", "ponytail")],
      [numberOf("hair.color"), optionOf("hair.color", "brown")],
      [numberOf("hair.length"), -2],
      [numberOf("top.type"), optionOf("top.type", "shirt")],
      [numberOf("top.pattern"), 0],
      [numberOf("top.color"), optionOf("top.color", "gray") + 256 * (optionOf("top.color", "white") + 1)],
      [numberOf("shoes.type"), absentOf("shoes.type")],
      [numberOf("hat.type"), absentOf("hat.type")],
    ]);
    expect(one.find(({ value }) => value === -4)?.text).toBe("a harbour at dusk");
    const two = await rowsOf("keys.2");
    expect(two.map(({ category }) => category)).not.toContain(numberOf("scarf.pattern"));
    expect(two.map(({ category }) => category)).not.toContain(numberOf("tie.wears"));
    expect(one.length + two.length).toBeGreaterThanOrEqual(20);
    for (const row of [...one, ...two]) {
      expect(row.reviewer).toBe("ada");
      expect(row.milliseconds).toBeGreaterThan(0);
    }
    expect([await stateOf("keys.1"), await stateOf("keys.2")]).toEqual(["done", "done"]);
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);

  it("accepts a suggestion with Enter, and never where the page is blind", async () => {
    await pages(
      { id: "suggest.1", asset: 2, categories: ["frame.shot", "person.age"], blind: false },
      { id: "suggest.2", asset: 3, categories: ["frame.shot", "person.age"], blind: true },
    );
    await scene.db.query("update answers set value[1] = 3, value[3] = 1 where asset_id = any($1)", [
      scene.assetIds.slice(2, 4),
    ]);
    const { page, context } = await byPicture(scene, "dark");
    await question(page, "frame.shot");
    await page.getByText("suggested").waitFor();
    await page.screenshot({ path: `${SCREENSHOTS}/label-suggestion-dark.png` });
    await page.keyboard.press("Enter");
    await question(page, "person.age");
    await page.keyboard.press("Enter");

    await page.getByText("blind", { exact: true }).waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await question(page, "frame.shot"); // Enter means nothing here
    expect(await page.getByText("suggested").count()).toBe(0);
    await page.keyboard.press("1");
    await page.keyboard.press("4");
    await page.getByText("Nothing waits for you").waitFor();
    await expect.poll(() => rowsOf("suggest.1").then((rows) => rows.map(({ value }) => value))).toEqual([3, 1]);
    await expect.poll(() => rowsOf("suggest.2").then((rows) => rows.map(({ value }) => value))).toEqual([0, 3]);
    await context.close();
  }, 40_000);

  it("loses nothing by a reload in the middle of a page, or by a server that is away when the page is finished", async () => {
    await pages({ id: "lost.1", asset: 0, categories: ["frame.shot", "person.age", "hair.color"] });
    const { page, context } = await byPicture(scene);
    await question(page, "frame.shot");
    await page.keyboard.press("2");
    await question(page, "person.age");
    await page.keyboard.press("3");
    await question(page, "hair.color");
    await page.reload();
    await question(page, "hair.color");
    await page.getByText("your answers are still here").waitFor();

    await scene.down();
    await page.keyboard.press("4");
    await page.getByText("Go on: answers are kept on this machine").waitFor();
    await page.screenshot({ path: `${SCREENSHOTS}/label-offline-light.png` });
    expect(await rowsOf("lost.1")).toEqual([]);
    await scene.up();
    await expect
      .poll(() => rowsOf("lost.1").then((rows) => rows.map(({ value }) => value)), { timeout: 20_000 })
      .toEqual([1, 2, 3]);
    await page.getByText("all saved").waitFor();
    await context.close();
  }, 60_000);

  it("says so when the page was given to somebody else, and goes on", async () => {
    await pages(
      { id: "late.1", asset: 0, categories: ["frame.shot"] },
      { id: "late.2", asset: 1, categories: ["frame.shot"] },
    );
    const { page, context } = await byPicture(scene);
    await question(page, "frame.shot");
    await scene.db.query("update review_tasks set fence = fence + 1, reviewer = 'somebody else' where id = 'late.1'");
    await page.keyboard.press("1");
    await page.getByText("given to somebody else").waitFor();
    await page.screenshot({ path: `${SCREENSHOTS}/label-lease-lost-light.png` });
    await question(page, "frame.shot");
    await page.keyboard.press("2");
    await expect.poll(() => rowsOf("late.2").then((rows) => rows.length)).toBe(1);
    expect(await rowsOf("late.1")).toEqual([]);
    await context.close();
  }, 40_000);
});
