import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { becomes } from "./becomes.ts";
import { byPicture, layOut, optionOf, question, rowsOf } from "./label-scene.ts";
import { openScene, SCREENSHOTS, type Scene } from "./stage.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ people: 4 });
}, 120_000);
afterAll(() => scene?.close());

/** Waits until the page says this of what was answered; what it says instead is told where it does not. */
const saving = (page: Page, text: string) =>
  expect.poll(() => page.getByTestId("saving").textContent(), { timeout: 30_000 }).toBe(text);

const valuesOf = (taskId: string) => rowsOf(scene, taskId).then((rows) => rows.map(({ value }) => value));

describe("a network that drops", () => {
  it("costs nothing: pages already here are answered without it, and sent when it is back", async () => {
    const categories = ["frame.shot", "person.age"];
    await layOut(scene, [
      { id: "drop.1", asset: 0, categories },
      { id: "drop.2", asset: 1, categories },
    ]);
    const { page, context } = await byPicture(scene);
    await question(page, "frame.shot");
    const first = await page.getByTestId("stage").getAttribute("data-asset");
    await page.keyboard.press("2");
    await question(page, "person.age");
    await page.waitForLoadState("networkidle"); // the next page is here too
    await context.setOffline(true);
    await page.keyboard.press("3");
    await question(page, "frame.shot");
    const second = await page.getByTestId("stage").getAttribute("data-asset");
    expect(second).not.toBe(first);
    // its picture is shown although nothing can be fetched
    await becomes(page, `document.querySelector('[data-testid="stage"] > div:not(.invisible) img').naturalWidth > 0`);
    await saving(page, "offline, 2 kept here");
    await page.keyboard.press("1");
    await question(page, "person.age");
    await page.keyboard.press("4");
    await saving(page, "offline, 4 kept here");
    await page.screenshot({ path: `${SCREENSHOTS}/label-network-light.png` });
    expect(await valuesOf("drop.1")).toEqual([]);

    await context.setOffline(false);
    await saving(page, "all saved");
    expect(await valuesOf("drop.1")).toEqual([1, 2]);
    expect(await valuesOf("drop.2")).toEqual([0, 3]);
    await context.close();
  }, 60_000);

  it("sends an answer once, however often the reply is lost", async () => {
    await layOut(scene, [{ id: "twice.1", asset: 2, categories: ["frame.shot"] }]);
    const { page, context } = await byPicture(scene);
    let lost = 0;
    await context.route("**/v1/review/tasks/twice.1/answers", async (route) => {
      if (lost === 2) return route.continue();
      lost++;
      await route.fetch(); // it arrives, and nobody hears that it did
      await route.abort("connectionreset");
    });
    await question(page, "frame.shot");
    await page.keyboard.press("1");
    await saving(page, "all saved");
    expect(lost).toBe(2);
    expect(await valuesOf("twice.1")).toEqual([0]);
    await context.close();
  }, 40_000);

  it("is told for as long as answers can't be sent, also while pages can be asked for", async () => {
    await layOut(scene, [{ id: "away.1", asset: 3, categories: ["frame.shot"] }]);
    const { page, context } = await byPicture(scene);
    await question(page, "frame.shot");
    await context.route("**/v1/review/tasks/away.1/answers", (route) => route.abort("connectionreset"));
    await page.keyboard.press("5");
    await saving(page, "offline, 1 kept here");
    await page.evaluate(`{
      const saving = document.querySelector('[data-testid="saving"]');
      window.told = [];
      new MutationObserver(() => window.told.push(saving.textContent))
        .observe(saving, { childList: true, characterData: true, subtree: true });
    }`);
    const asked = () => page.waitForResponse((response) => response.url().endsWith("/v1/review/lease"));
    await asked();
    await asked();
    await saving(page, "offline, 1 kept here");
    expect(await page.evaluate("window.told")).toEqual([]);
    await context.unroute("**/v1/review/tasks/away.1/answers");
    await saving(page, "all saved");
    expect(await valuesOf("away.1")).toEqual([optionOf("frame.shot", "headshot")]);
    await context.close();
  }, 60_000);

  it("and a window that is closed leave the answers to the next window", async () => {
    await layOut(scene, [{ id: "closed.1", asset: 3, categories: ["frame.shot"] }]);
    const { page, context } = await byPicture(scene);
    await question(page, "frame.shot");
    await context.route("**/v1/review/tasks/closed.1/answers", (route) => route.abort("connectionreset"));
    await page.keyboard.press("5");
    await saving(page, "offline, 1 kept here");
    await page.close({ runBeforeUnload: false });
    expect(await valuesOf("closed.1")).toEqual([]);
    await context.unroute("**/v1/review/tasks/closed.1/answers");
    const next = await context.newPage();
    await next.goto(`${scene.url}/label`);
    await expect.poll(() => valuesOf("closed.1"), { timeout: 15_000 }).toEqual([optionOf("frame.shot", "headshot")]);
    await context.close();
  }, 60_000);
});
