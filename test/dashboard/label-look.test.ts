import axe from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { byPicture, layOut, question } from "./label-scene.ts";
import { openScene, SCREENSHOTS, type Scene } from "./stage.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ people: 3 });
}, 120_000);
afterAll(() => scene?.close());

/** What axe finds against WCAG 2.2 AA: roles, names, contrast, keyboard. */
async function findingsOf(page: Page): Promise<string[]> {
  // the page's own policy takes no script from elsewhere: the debugger may
  await page.evaluate(axe.source);
  return page.evaluate<string[]>(
    `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] })
      .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html.slice(0, 160))))`,
  );
}

it("axe sees a contrast that is too low, and a picture without a name", async () => {
  const { page, context } = await byPicture(scene);
  await page.evaluate(`{
    const faint = Object.assign(document.createElement("p"), { textContent: "faint" });
    Object.assign(faint.style, { position: "fixed", top: "300px", color: "#bbb", background: "#fff" });
    document.body.append(faint, Object.assign(document.createElement("img"), { src: "/wheel.svg" }));
  }`);
  const findings = await findingsOf(page);
  expect(findings.map((finding) => finding.split(":")[0])).toEqual(
    expect.arrayContaining(["color-contrast", "image-alt"]),
  );
  await context.close();
}, 40_000);

describe.each(["light", "dark"] as const)("in %s", (theme) => {
  it("the grid has roles, names and contrast, with pictures selected and answered", async () => {
    await layOut(
      scene,
      [0, 1, 2].map((asset) => ({ id: `axe.grid.${theme}.${asset}`, asset, categories: ["frame.shot"], blind: false })),
    );
    const { page, context } = await scene.window("annotator", theme);
    await question(page, "frame.shot", "all");
    for (const key of ["1", "Space"]) await page.keyboard.press(key);
    expect(await findingsOf(page)).toEqual([]);
    await context.close();
  }, 60_000);

  it("question, help, reasons and the empty page have roles, names and contrast", async () => {
    await layOut(scene, [{ id: `axe.${theme}`, asset: 0, categories: ["frame.shot", "top.color"], blind: false }]);
    const { page, context } = await byPicture(scene, theme);
    await question(page, "frame.shot");
    expect(await findingsOf(page)).toEqual([]);
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "keys" }).waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("s");
    await page.getByRole("dialog", { name: "Skip this picture" }).waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.keyboard.press("1");
    await page.getByText("Nothing waits for you").waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.screenshot({ path: `${SCREENSHOTS}/label-empty-${theme}.png` });
    await context.close();
  }, 60_000);
});

it("at 200 % everything is still there, nothing is wider than the window, and the keys work", async () => {
  await layOut(scene, [{ id: "zoomed.1", asset: 1, categories: ["frame.shot", "hair.style"] }]);
  const { page, context } = await byPicture(scene);
  // 1280 × 800 at 200 % is a window of 640 × 400
  await page.setViewportSize({ width: 640, height: 400 });
  await question(page, "frame.shot");
  expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(640);
  await page.getByRole("button", { name: "headshot" }).scrollIntoViewIfNeeded();
  await page.screenshot({ path: `${SCREENSHOTS}/label-200-percent-light.png` });
  await page.keyboard.press("1");
  await question(page, "hair.style");
  await page.setViewportSize({ width: 400, height: 700 });
  expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(400);
  await context.close();
}, 40_000);

it("zoom and place stay from question to question, from picture to picture, and over a reload", async () => {
  const categories = ["frame.shot", "person.age"];
  await layOut(scene, [
    { id: "lens.1", asset: 0, categories },
    { id: "lens.2", asset: 1, categories },
  ]);
  const { page, context } = await byPicture(scene);
  await question(page, "frame.shot");
  for (const key of ["+", "+", "ArrowDown"]) await page.keyboard.press(key);
  await page.getByText("1.7×").waitFor();
  await page.keyboard.press("1");
  await question(page, "person.age");
  await page.keyboard.press("1");
  await question(page, "frame.shot");
  await page.getByText("1.7×").waitFor();
  await page.reload();
  await question(page, "frame.shot");
  await page.getByText("1.7×").waitFor();
  await page.keyboard.press("Escape");
  await expect.poll(() => page.getByText("1.7×").count()).toBe(0);
  await context.close();
}, 40_000);

it("a picture is skipped with the annotator's own reason", async () => {
  await layOut(scene, [{ id: "skip.1", asset: 2, categories: ["frame.shot"] }]);
  const { page, context } = await byPicture(scene);
  await question(page, "frame.shot");
  await page.keyboard.press("s");
  await page.keyboard.type("a statue, not a person");
  await page.keyboard.press("Enter");
  await page.getByText("Nothing waits for you").waitFor();
  await expect
    .poll(() => scene.db.query("select data->>'reason' as reason from events where kind = 'page-skipped'"))
    .toContainEqual({ reason: "a statue, not a person" });
  await context.close();
}, 40_000);

it("the empty page teaches the keys, and what is wrong is not taken", async () => {
  await layOut(scene, []);
  const { page, context } = await byPicture(scene);
  const lesson = page.getByRole("region", { name: "learn the keys" });
  await lesson.getByText("Which colour is the first shirt?").waitFor();
  await page.keyboard.press("2");
  await lesson.getByText("Not quite.").waitFor();
  for (const key of ["1", "3", "Backspace", "3", "v", "u"]) await page.keyboard.press(key);
  await lesson.getByText("That is all it takes.").waitFor();
  await context.close();
}, 40_000);
