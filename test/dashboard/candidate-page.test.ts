import { recordReadings } from "@anyone/db/evidence";
import { CandidateId } from "@anyone/domain/ids";
import type { Evidence } from "@anyone/domain/source/consent";
import type { Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openScene, SCREENSHOTS, type Scene } from "./stage.ts";

const GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
const KEPT = CandidateId.parse("drawn-flickr.3");
const DROPPED = CandidateId.parse("drawn-flickr.9000");
let scene: Scene;

beforeAll(async () => {
  scene = await openScene({ people: 3 });
  const { db } = scene;
  const noai: Evidence = {
    signal: "x-robots-tag",
    stance: "reserves",
    value: "noai, noimageai",
    place: "headers",
    readFrom: "https://images.example.org/3.jpg",
  };
  const asked = ["robots.txt", "tdmrep.json", "ai.txt", "headers"] as const;
  const read = (candidateId: CandidateId, evidence: Evidence[], inside: ("xmp" | "c2pa")[] = []) =>
    db.transaction((tx) =>
      recordReadings(tx, [{ candidateId, heard: { asked: [...asked, ...inside], evidence }, whole: true }]),
    );
  await read(KEPT, [{ ...noai, stance: "silent", value: "all" }]);
  await read(KEPT, [noai]);
  await read(
    DROPPED,
    [{ ...noai, signal: "digital-source-type", stance: "generated", value: GENERATED, place: "xmp" }],
    ["xmp", "c2pa"],
  );
  const says = {
    file: "passes",
    size: "passes",
    person: "several-persons",
    "fake-person": "fake-person",
    quality: "unmeasured",
  };
  const verdict = {
    gates: "5",
    says,
    by: { person: "nanodet-m 1" },
    width: 480,
    height: 640,
    persons: [
      { score: 0.81, box: [2, 30, 260, 638] },
      { score: 0.62, box: [235, 80, 478, 638] },
    ],
    faces: [{ score: 0.9, box: [40, 150, 175, 310] }],
    brisque: 31.5,
    saysGenerated: GENERATED,
  };
  await db.query("UPDATE candidates SET verdict = $2 WHERE id = $1", [DROPPED, JSON.stringify(verdict)]);
  await db.query("UPDATE candidates SET verdict = $2 WHERE id = $1", [
    KEPT,
    JSON.stringify({ gates: "5", says: { file: "passes", size: "passes", person: "passes", nsfw: "off" } }),
  ]);
}, 120_000);
afterAll(() => scene?.close());

const drawn = (page: { getByRole: (role: "img", options: { name: RegExp }) => Locator }) =>
  page.getByRole("img", { name: /^drawn over it/ });

describe.each(["light", "dark"] as const)("in %s", (theme) => {
  it("a kept candidate's page tells its story, and its layers go on and off by the keyboard alone", async () => {
    const { page, context, complaints } = await scene.window("admin", theme);
    await page.goto(`${scene.url}/candidates/${KEPT}`);
    const story = page.getByRole("list", { name: "story" });
    await story.getByText("opted out by x-robots-tag").waitFor();
    await story.getByRole("link", { name: /^asset / }).waitFor();
    const ledger = page.getByRole("table", { name: "evidence" });
    await ledger.getByText("noai, noimageai").waitFor();
    expect(await ledger.getByRole("row").count()).toBe(3);
    await page.getByText("Asked, and nothing was found: robots.txt, tdmrep.json, ai.txt.").waitFor();
    await page.getByText("Never asked: xmp, c2pa.").waitFor();
    const gates = page.getByRole("table", { name: "gates" });
    expect(await gates.getByRole("row").allInnerTexts()).toContainEqual(expect.stringMatching(/person\s+passes/));

    const picture = drawn(page);
    await expect.poll(() => picture.getAttribute("aria-label")).toBe("drawn over it: person, face, keypoints");
    expect(await picture.locator("circle").count()).toBeGreaterThan(5);
    await page.getByLabel("Person", { exact: true }).focus();
    await page.keyboard.press("Space");
    for (let i = 0; i < 3; i++) await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    await expect.poll(() => picture.getAttribute("aria-label")).toBe("drawn over it: face, keypoints, parts");
    expect(await page.locator("figure canvas").count()).toBe(1);
    await page.waitForTimeout(300);
    await page.screenshot({ path: `${SCREENSHOTS}/candidate-kept-${theme}.png`, fullPage: true });
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(1280);
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);

  it("a dropped candidate's page draws what was found, says what every gate said, and why its file spoke against it", async () => {
    const { page, context, complaints } = await scene.window("admin", theme);
    await page.goto(`${scene.url}/candidates/${DROPPED}`);
    await page.getByText("Its own file says that a model made it").waitFor();
    const gates = page.getByRole("table", { name: "gates" });
    expect(await gates.getByRole("row").allInnerTexts()).toContainEqual(
      expect.stringMatching(/person\s+several-persons\s+nanodet-m 1/),
    );
    const picture = drawn(page);
    expect(await picture.getAttribute("aria-label")).toBe("drawn over it: person, face");
    expect(await picture.locator("rect").count()).toBe(3);
    expect(await page.getByLabel("Keypoints").isDisabled()).toBe(true);
    expect(await page.getByLabel("Parts").isDisabled()).toBe(true);
    await page.waitForTimeout(300);
    await page.screenshot({ path: `${SCREENSHOTS}/candidate-dropped-${theme}.png`, fullPage: true });
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);
});

it("one comes from the gallery of candidates, and a picture of the pool that was opted out since says so", async () => {
  const { page, context, complaints } = await scene.window("admin");
  await page.goto(`${scene.url}/filter`);
  await page.getByText("opted out").first().waitFor();
  await page.goto(`${scene.url}/source?status=kept`);
  await page.getByText("opted out").first().waitFor();
  await page.locator(`a[href="/candidates/${KEPT}"]`).first().click();
  await page.waitForURL(`**/candidates/${KEPT}`);
  expect(complaints).toEqual([]);
  await context.close();
}, 60_000);

it("a candidate that is not fetched yet, and one that does not exist, say so", async () => {
  const { page, context } = await scene.window("admin");
  await page.goto(`${scene.url}/candidates/drawn-flickr.listed1`);
  await page.getByText("It is not fetched yet.").waitFor();
  await page.getByText("Nobody was asked", { exact: true }).waitFor();
  await page.getByText("No gate has judged it").waitFor();
  await page.goto(`${scene.url}/candidates/nobody`);
  await page
    .getByText(/There is no candidate "nobody"/)
    .first()
    .waitFor();
  await context.close();
}, 60_000);
