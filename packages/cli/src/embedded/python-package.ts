import { access, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fault } from "@anyone/domain/fault";

/** The Python environment the bootstrap makes beside the checkout. */
const ENVIRONMENT = fileURLToPath(new URL("../../../../.anyone/python", import.meta.url));

/**
 * Finds a program that ships inside a Python package. `places` are paths below the environment; `*` stands for the
 * version folder of the site-packages.
 */
export async function locateProgram(
  name: string,
  places: readonly string[],
  environment = ENVIRONMENT,
): Promise<string> {
  const versions = await readdir(join(environment, "lib")).catch(() => []);
  const candidates = places.flatMap((place) =>
    place.includes("*") ? versions.map((version) => place.replace("*", version)) : [place],
  );
  for (const candidate of candidates) {
    const path = join(environment, candidate);
    const found = await access(path).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  throw fault("bad-environment", `${name} is not in the Python environment ${environment}.`, {
    hint: "Run `npm run demo` or `npm test` once: they install what is missing.",
  });
}
