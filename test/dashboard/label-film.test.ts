import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { becomes } from "./becomes.ts";
import { byPicture, layOut, question, rowsOf } from "./label-scene.ts";
import { openScene, SCREENSHOTS, type Scene } from "./stage.ts";

const FRAME = { width: 640, height: 400 };
const ROW = 3;

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ people: 10 });
}, 120_000);
afterAll(() => scene?.close());

/** Joins pictures into one, row by row, so that a run can be looked at as a whole. */
async function join(frames: readonly Uint8Array[], path: string): Promise<void> {
  const small = await Promise.all(frames.map((frame) => sharp(frame).resize(FRAME.width, FRAME.height).toBuffer()));
  await sharp({
    create: {
      width: ROW * FRAME.width,
      height: Math.ceil(frames.length / ROW) * FRAME.height,
      channels: 3,
      background: "#888",
    },
  })
    .composite(
      small.map((input, n) => ({ input, left: (n % ROW) * FRAME.width, top: Math.floor(n / ROW) * FRAME.height })),
    )
    .png()
    .toFile(path);
}

it("a labelling run by keyboard, frame by frame", async () => {
  await layOut(
    scene,
    scene.assetIds.map((_, asset) => ({
      id: `film.${asset}`,
      asset,
      categories: ["frame.shot"],
      blind: asset % 2 === 0,
    })),
  );
  const { page, context, complaints } = await scene.window("annotator");
  const frames: Uint8Array[] = [];
  const film = async () => {
    await becomes(page, "[...document.images].every((one) => one.complete)");
    frames.push(await page.screenshot());
  };
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };

  await question(page, "frame.shot", "all");
  await film();
  await press("1", "2", "Enter");
  await film();
  await press("Space", "ArrowRight", "Space");
  await film();
  await press("3", "Backspace");
  await film();
  await press("z", "g");
  await film();
  await press("z", "+", "1");
  await film();
  await context.setOffline(true);
  await press("Escape", "g", "2", "4");
  await page.getByText("offline, 2 kept here").waitFor();
  await film();
  await context.setOffline(false);
  await page.getByText("all saved").waitFor({ timeout: 15_000 });
  await press("s");
  await film();
  await press("Escape", "Control+a", "u");
  await page.getByText("Nothing waits for you").waitFor();
  await page.getByText("all saved").waitFor();
  await film();

  await layOut(scene, [
    { id: "film.page", asset: 3, categories: ["person.age", "hair.style", "top.type"], blind: false },
  ]);
  await context.close();
  const second = await byPicture(scene, "dark");
  await question(second.page, "person.age");
  for (const id of ["person.age", "hair.style"]) {
    await question(second.page, id);
    frames.push(await second.page.screenshot());
    await second.page.keyboard.press("1");
  }
  await question(second.page, "top.type", "exists");
  await second.page.keyboard.press("?");
  frames.push(await second.page.screenshot());
  await second.context.close();
  await join(frames, `${SCREENSHOTS}/label-film.png`);

  const recorded = await Promise.all(scene.assetIds.map((_, n) => rowsOf(scene, `film.${n}`)));
  expect(recorded.every((rows) => rows.length > 0)).toBe(true);
  // the network was taken away on purpose
  expect(complaints.filter((one) => !one.includes("ERR_INTERNET_DISCONNECTED"))).toEqual([]);
}, 90_000);
