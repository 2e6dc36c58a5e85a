import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gates } from "@anyone/domain/filter/gate";
import { firstDrop } from "@anyone/domain/filter/judge";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandEnvironment, runCommand } from "../support/command.ts";
import { FACES, MEASURED, seedJudged } from "./seed-judged.ts";
import { openScene, SCREENSHOTS, type Scene } from "./stage.ts";

let scene: Scene;

beforeAll(async () => {
  scene = await openScene({ people: 3 });
  await seedJudged(scene.db);
}, 120_000);
afterAll(() => scene?.close());

const faceOf = (page: Page) => page.getByRole("slider", { name: "threshold of Largest face, shorter side" });
const faceText = (page: Page) =>
  page.getByRole("group", { name: "Largest face, shorter side" }).getByRole("status").textContent();
async function photograph(page: Page, theme: string, width: number): Promise<void> {
  const before = page.viewportSize() ?? { width, height: 800 };
  const height = await page.evaluate<number>(`document.querySelector("main").scrollHeight`);
  await page.setViewportSize({ width, height });
  await page.waitForTimeout(400);
  await page.screenshot({ path: `${SCREENSHOTS}/filter-report-${width}-${theme}.png` });
  await page.setViewportSize(before);
}
const between = (from: number, to: number) => FACES.filter((side) => side >= from && side < to).length;

describe.each(["light", "dark"] as const)("the filter's report in %s", (theme) => {
  it("moves a threshold by the keyboard alone, says what would change, and goes back", async () => {
    const { page, context, complaints } = await scene.window("admin", theme);
    await page.goto(`${scene.url}/filter`);
    await page.getByRole("link", { name: "Report and thresholds" }).click();
    const face = faceOf(page);
    await face.focus();
    expect(await face.getAttribute("aria-valuetext")).toBe("224 px");
    for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowLeft");
    expect(await face.getAttribute("aria-valuetext")).toBe("176 px");
    expect(await faceText(page)).toContain(`176 px instead of 224 px: ${between(176, 224)} more kept.`);
    for (const width of [1280, 800]) await photograph(page, theme, width);

    await page.keyboard.press("Home");
    expect(await face.getAttribute("aria-valuetext")).toBe("0 px");
    expect(await faceText(page)).toContain(`${between(0, 224)} more kept`);
    for (let i = 0; i < 2; i++) await page.keyboard.press("PageUp");
    for (let i = 0; i < 6; i++) await page.keyboard.press("ArrowUp");
    expect(await face.getAttribute("aria-valuetext")).toBe("256 px");
    expect(await faceText(page)).toContain(`${between(224, 256)} more dropped`);
    await page.keyboard.press("End");
    expect(await face.getAttribute("aria-valuetext")).toBe("784 px");

    await page.getByRole("button", { name: "Reset to 224 px" }).press("Enter");
    expect(await face.getAttribute("aria-valuetext")).toBe("224 px");
    expect(await faceText(page)).toContain("In force: 224 px");
    await page.keyboard.press("ArrowRight");
    expect(await face.getAttribute("aria-valuetext")).toBe("240 px");
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);
});

it("a line is dragged by the pointer, and a second one that is moved says that the two do not add up", async () => {
  const { page, context, complaints } = await scene.window("admin");
  await page.setViewportSize({ width: 800, height: 900 });
  await page.goto(`${scene.url}/filter/report`);
  const face = faceOf(page);
  await face.scrollIntoViewIfNeeded();
  const box = await face.boundingBox();
  if (!box) throw new Error("the line is not on the page");
  await page.mouse.move(box.x + box.width / 2, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x - 40, box.y + 40, { steps: 4 });
  await page.mouse.up();
  expect(Number(await face.getAttribute("aria-valuenow"))).toBeLessThan(224);
  expect(await faceText(page)).toMatch(/instead of 224 px: \d+ more kept/);
  expect(await page.getByText(/their sum is not what all of them do/).count()).toBe(0);

  await page.getByRole("slider", { name: "threshold of BRISQUE" }).press("ArrowLeft");
  await page.getByText("2 thresholds are moved.").waitFor();
  for (let i = 0; i < 12; i++) await page.keyboard.press("ArrowRight");
  expect(await page.getByRole("slider", { name: "threshold of BRISQUE" }).getAttribute("aria-valuetext")).toBe(
    "82 points",
  );
  const together = page.getByRole("region", { name: "moved together" });
  await together.getByRole("button", { name: "Count them together" }).click();
  await together.getByText(/^Together: \d+ more kept/).waitFor();
  const under = { ...gates, faceSide: Number(await face.getAttribute("aria-valuenow")), brisque: 82 };
  const admitted = MEASURED.filter((one) => firstDrop(one, gates) && !firstDrop(one, under)).length;
  expect(await together.getByRole("status").textContent()).toBe(`Together: ${admitted} more kept.`);
  await photograph(page, "two-moved", 800);
  expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(800);
  await page.getByRole("button", { name: "Reset all" }).click();
  expect(await face.getAttribute("aria-valuetext")).toBe("224 px");
  expect(complaints).toEqual([]);
  await context.close();
}, 60_000);

it("counts stand by source and reason and by gate, and a sample leads to its candidate", async () => {
  const { page, context, complaints } = await scene.window("admin");
  await page.goto(`${scene.url}/filter/report`);
  const outcomes = page.getByRole("table", { name: "outcomes by source" });
  const small = outcomes.getByRole("row").filter({ hasText: "small-face" });
  await small.waitFor();
  expect(await small.getByRole("cell").allInnerTexts()).toContain(String(28 + between(0, 224)));
  const rows = page.getByRole("table", { name: "gates' own verdicts" }).getByRole("row");
  const faceSize = rows.filter({ hasText: "face-size" });
  expect(await faceSize.getByRole("cell").nth(2).textContent()).toBe(String(between(0, 224)));
  const sample = page.getByRole("region", { name: "samples: small-face" }).getByRole("link").first();
  const target = await sample.getAttribute("href");
  await sample.click();
  await page.waitForURL(`**${target}`);
  await page.getByRole("heading", { name: `Candidate ${target?.split("/").at(-1)}` }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
}, 60_000);

describe("anyone filter report --html", () => {
  const anyone = (...args: string[]) =>
    runCommand(commandEnvironment(scene.url, scene.keys.admin), "filter", "report", ...args);
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "anyone-report-"));
    const labels = FACES.map((side, n) =>
      JSON.stringify({ id: `judged.${String(n).padStart(3, "0")}`, reason: side < 200 ? "small-face" : null }),
    );
    await writeFile(join(folder, "labels.jsonl"), labels.join("\n"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("writes one file that needs nothing else and is the same bytes every time", async () => {
    const file = join(folder, "report.html");
    const args = ["--html", file, "--truth", join(folder, "labels.jsonl")];
    const { code, out } = await anyone(...args);
    expect(code).toBe(0);
    expect(out).toMatch(/written .*report\.html, 0\.\d MB, [1-9]\d pictures/);
    const first = await readFile(file, "utf8");
    await anyone(...args);
    expect(await readFile(file, "utf8")).toBe(first);

    const context = await scene.browser.newContext({
      viewport: { width: 1280, height: 900 },
      javaScriptEnabled: false,
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("request", (request) => /^(file|data):/.test(request.url()) || complaints.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    await page.getByText(`anyone filter report --html ${file} --truth ${join(folder, "labels.jsonl")}`).waitFor();
    const { hash } = JSON.parse((await anyone("--json")).out) as { hash: string };
    await page.getByText(hash).waitFor();
    await page.getByRole("img", { name: "Largest face, shorter side, threshold 224 px" }).waitFor();
    await page.getByRole("img", { name: "precision and recall over Largest face, shorter side" }).waitFor();
    const inForce = page.getByText("224 px, in force");
    await page.getByText("what another threshold would change").nth(2).click();
    await inForce.waitFor();
    expect(await inForce.locator("..").textContent()).toBe("224 px, in force000");
    await page.screenshot({ path: `${SCREENSHOTS}/filter-report-file-light.png`, fullPage: true });
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize({ width: 800, height: 900 });
    await page.screenshot({ path: `${SCREENSHOTS}/filter-report-file-800-dark.png`, fullPage: true });
    expect(await page.locator("img").count()).toBeGreaterThan(10);
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);

  it("leaves pictures out where they are not wanted, and says what is wrong with what can't be", async () => {
    const file = join(folder, "bare.html");
    expect((await anyone("--html", file, "--no-pictures")).out).toContain("0 pictures");
    expect(await readFile(file, "utf8")).not.toContain("<img");
    const nowhere = await anyone("--html", join(folder, "nowhere", "report.html"), "--no-pictures");
    expect(nowhere.code).toBe(1);
    expect(nowhere.err).toMatch(/can't be written to .*nowhere.*\n?.*folder that exists/);
    const without = await anyone("--no-pictures");
    expect(without.code).toBe(1);
    expect(without.err).toMatch(/Add --html report\.html/);
  }, 60_000);
});

it("what is moved is set, judging again is looked at before it begins, and the filter's own come back", async () => {
  const { page, context, complaints } = await scene.window("admin");
  await page.goto(`${scene.url}/filter/report`);
  await page.getByText("In force: version 5, the filter's own.").waitFor();
  const face = faceOf(page);
  for (let i = 0; i < 3; i++) await face.press("ArrowLeft");
  await page.getByText("What is moved above and not set does not count.").waitFor();
  await page.getByLabel("why they are set").fill("small faces are fine");
  await page.keyboard.press("Enter");
  await page.getByText(/In force: version 5\+1, set by grace .*: small faces are fine/).waitFor();
  await expect.poll(() => faceText(page)).toContain("In force: 176 px");
  expect(await scene.db.query("select values, made_by from threshold_versions")).toEqual([
    { values: { faceSide: 176 }, made_by: "grace" },
  ]);

  await page.getByRole("button", { name: "What would change?" }).click();
  await page.getByText(`Would change, of ${MEASURED.length} judged: ${between(176, 224)} newly kept.`).waitFor();
  const rejudging = () => scene.db.query("select id from tasks where name = 'filter.plan-rejudge'");
  expect(await rejudging()).toEqual([]);
  await photograph(page, "set", 1280);
  await page.getByRole("button", { name: "Judge again now" }).click();
  await page.getByText("Under way: 0 of 1 tasks are done.").waitFor();
  expect(await rejudging()).toHaveLength(1);

  await page.getByRole("button", { name: "Back to the filter's own" }).click();
  await page.getByText(/In force: version 5, set by grace/).waitFor();
  await expect.poll(() => faceText(page)).toContain("In force: 224 px");
  expect(complaints).toEqual([]);
  await context.close();
}, 60_000);

it("before anything is judged it says what to do", async () => {
  await scene.db.query("delete from assets");
  await scene.db.query("update candidates set status = 'listed', reason = null");
  await new Promise((resolve) => setTimeout(resolve, 600));
  const { page, context } = await scene.window("admin");
  await page.goto(`${scene.url}/filter/report`);
  await page.getByText("The filter has judged nothing yet").waitFor();
  await page.getByRole("link", { name: "source", exact: true }).last().click();
  await page.waitForURL("**/source");
  await context.close();
}, 60_000);
