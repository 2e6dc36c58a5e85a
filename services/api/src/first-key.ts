import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ApiKeys } from "@anyone/db/api-keys";

/**
 * Makes the first admin key where there is none, and shows it once on standard output. With a home folder it is also
 * written to `keys/admin`, readable by this user alone: that is how the command signs in on the same machine.
 */
export async function ensureFirstKey(
  keys: ApiKeys,
  { given, home, say }: { given?: string | undefined; home?: string | undefined; say: (line: string) => void },
): Promise<void> {
  const made = await keys.first(given);
  if (!made) return;
  if (home !== undefined) {
    const folder = join(home, "keys");
    const file = join(folder, "admin");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(file, `${made.key}\n`, { mode: 0o600 });
    await chmod(file, 0o600);
    say(`The first admin key was written to ${file}.`);
  }
  if (given === undefined) say(`First admin key, shown this once: ${made.key}`);
}
