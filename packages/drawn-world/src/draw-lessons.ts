import { access, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { drawPerson } from "./draw-person.ts";

/** What small models of the filter learn to tell from a clean picture. */
const LESSONS = ["clean", "cartoon", "watermark"] as const;
export type Lesson = (typeof LESSONS)[number];

/** Lessons are drawn from seeds that nothing else uses; each kind has its own, so that no person is drawn twice. */
const FIRST_SEED: Readonly<Record<Lesson, number>> = {
  clean: 9_000_000,
  cartoon: 9_100_000,
  watermark: 9_200_000,
};

/**
 * Draws `counts` pictures of each kind to `<folder>/<kind>/<seed>.jpg`, at the size at which sources serve them. What is there already is
 * not drawn again.
 *
 * @param offset of the seeds: pictures to measure on lie where no training draws
 */
export async function drawLessons(
  folder: string,
  counts: Readonly<Partial<Record<Lesson, number>>>,
  onProgress: (done: number) => void,
  offset = 0,
): Promise<void> {
  let done = 0;
  for (const lesson of LESSONS) {
    const count = counts[lesson] ?? 0;
    if (count === 0) continue;
    await mkdir(join(folder, lesson), { recursive: true });
    for (let i = 0; i < count; i++) {
      await drawLesson(folder, lesson, FIRST_SEED[lesson] + offset + i);
      onProgress(++done);
    }
  }
}

async function drawLesson(folder: string, lesson: Lesson, seed: number): Promise<void> {
  const file = join(folder, lesson, `${seed}.jpg`);
  if (await exists(file)) return;
  const { jpeg } = await drawPerson(seed, { defect: lesson === "clean" ? null : lesson });
  await writeFile(`${file}.new`, jpeg);
  await rename(`${file}.new`, file);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
