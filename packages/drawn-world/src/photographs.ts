import { copyFile, mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** Where this package's dependencies hold real photographs of people; they are used in place and never committed. */
const SOURCES: readonly { name: string; folder: string; wanted: RegExp }[] = [
  { name: "face-api", folder: "@vladmandic/face-api/demo/", wanted: /^sample\d\.jpg$/ },
  { name: "soft-ui", folder: "soft-ui-design-system/assets/img/", wanted: /\.jpg$/ },
];

/** How a folder source over these photographs states their licence. */
export const PHOTOGRAPHS_LICENCE = "MIT, as the npm packages that carry them";

/**
 * Copies the photographs into a folder, one subfolder per package, for a folder source to read.
 * @returns how many there are
 */
export async function copyPhotographs(target: string): Promise<number> {
  let count = 0;
  for (const { name, folder, wanted } of SOURCES) {
    const from = new URL(`../node_modules/${folder}`, import.meta.url);
    await mkdir(join(target, name), { recursive: true });
    for (const file of (await readdir(from)).filter((entry) => wanted.test(entry)).sort()) {
      const to = join(target, name, file);
      if (!(await stat(to).catch(() => false))) await copyFile(new URL(file, from), to);
      count++;
    }
  }
  return count;
}
