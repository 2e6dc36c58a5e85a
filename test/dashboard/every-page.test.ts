import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openScene, SCREENSHOTS, type Scene } from "./stage.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ people: 12 });
}, 120_000);
afterAll(() => scene?.close());

/** A page, and words that only its own data can have put there. */
const PAGES = [
  { name: "overview", path: "/", words: ["Overview", "too-small", "runs planned on version v1"] },
  {
    name: "source",
    path: "/source",
    words: ["drawn-flickr", "target-reached", "laion-people", "staticflickr.com", "flickr key 1a2b3c4d", "open"],
  },
  { name: "filter", path: "/filter", words: ["near-duplicate", "no-person", "The pool"] },
  { name: "asset", path: "/assets/FIRST", words: ["Lineage", "embedded-2", "nanodet-m"] },
  { name: "annotate", path: "/annotate", words: ["embedded-2", "answers now", "prime-human@1.0.0"] },
  {
    name: "review",
    path: "/review",
    words: [
      "Gates of iteration 2",
      "settled",
      "graduate",
      " more",
      "The pool after iteration 2",
      "frame · shot",
      "Savings meter",
      "sample 20",
    ],
  },
  { name: "annotators", path: "/annotators", words: ["Agreement beyond chance", "ada"] },
  { name: "annotator", path: "/annotators/ada", words: ["20 on 5 pages", "Put into quarantine", "Answers by day"] },
  { name: "release", path: "/release", words: ["v2", "What v2 changed", "validation"] },
  { name: "train", path: "/train", words: ["Curves on v1", "Noise loss", "v1-sd15_tiny-hola-0"] },
  { name: "evaluate", path: "/evaluate", words: ["unavailable", "pool-growth", "not promoted"] },
  { name: "system", path: "/system", words: ["filter.seeded", "release.policy", "Make a key"] },
] as const;

const CUT_OFF = `[...document.querySelectorAll("table")]
  .filter((table) => table.scrollWidth > table.parentElement.clientWidth + 1)
  .map((table) => table.getAttribute("aria-label") ?? table.textContent.slice(0, 60))`;

describe.each(["light", "dark"] as const)("in %s", (theme) => {
  it("every page shows its data and complains about nothing", async () => {
    const { page, context, complaints } = await scene.window("admin", theme);
    for (const { name, path, words } of PAGES) {
      await page.goto(scene.url + path.replace("FIRST", scene.assetIds[4] ?? ""));
      for (const word of words.filter((one) => one !== "Lineage")) {
        await page.getByText(word, { exact: false }).first().waitFor({ timeout: 8_000 });
      }
      expect(await page.evaluate<string>("document.documentElement.dataset.theme")).toBe(theme);
      // nothing is wider than the window, no table wider than its panel
      expect(await page.evaluate<number>("document.documentElement.scrollWidth"), name).toBeLessThanOrEqual(1280);
      expect(await page.evaluate<string[]>(CUT_OFF), name).toEqual([]);
      await page.waitForLoadState("load");
      await page.waitForTimeout(400);
      const height = await page.evaluate<number>(`document.querySelector("main")?.scrollHeight ?? 800`);
      await page.setViewportSize({ width: 1280, height: Math.min(3000, Math.max(800, height)) });
      await page.waitForTimeout(250);
      await page.screenshot({ path: `${SCREENSHOTS}/${name}-${theme}.png` });
      await page.setViewportSize({ width: 1280, height: 800 });
      expect(complaints, name).toEqual([]);
    }
    await context.close();
  }, 90_000);
});

it("the reference of the API opens without a word on the console", async () => {
  const { page, context, complaints } = await scene.window("admin");
  await page.goto(`${scene.url}/docs/`);
  await page.getByText("Annotate Anyone").first().waitFor({ timeout: 15_000 });
  await page.waitForTimeout(500);
  await page.screenshot({ path: `${SCREENSHOTS}/docs-light.png` });
  expect(complaints).toEqual([]);
  await context.close();
}, 40_000);

it("asks for a key first, comes back to where one wanted to go, and says so when the key is wrong", async () => {
  const context = await scene.browser.newContext({ locale: "en-US", viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(`${scene.url}/train`);
  await page.getByLabel("API key").fill("anyone_wrong");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  await page.screenshot({ path: `${SCREENSHOTS}/sign-in-light.png` });
  await page.getByLabel("API key").fill(scene.keys.admin);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/train");
  await page.getByText("Curves on v1").waitFor();
  await context.close();
});
