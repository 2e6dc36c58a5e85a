import type { ApiKeys } from "@anyone/db/api-keys";

/**
 * Makes the first admin key where there is none and shows it once. A key that the environment gives is an admin key from
 * now on, unless it was one before (also when it was revoked since); that one is never shown.
 */
export async function ensureFirstKey(
  keys: ApiKeys,
  { given, say }: { given?: string | undefined; say: (line: string) => void },
): Promise<void> {
  if (given !== undefined) {
    await keys.adopt(given);
    return;
  }
  const made = await keys.first();
  if (made) say(`First admin key, shown this once: ${made.key}`);
}
