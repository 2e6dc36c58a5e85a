import { bombs } from "./bombs.ts";
import { foreignFormats } from "./foreign-formats.ts";
import type { HostileFile } from "./hostile-file.ts";
import { lyingSizes } from "./lying-sizes.ts";
import { metadata } from "./metadata.ts";
import { oddPictures } from "./odd-pictures.ts";
import { polyglots } from "./polyglots.ts";
import { makeSeeds } from "./seeds.ts";
import { structures } from "./structures.ts";
import { truncated } from "./truncated.ts";

/** Every hostile file, each under a name of its own; the same ones every time. */
export async function hostileFiles(): Promise<HostileFile[]> {
  const seeds = await makeSeeds();
  return [
    ...truncated(seeds),
    ...lyingSizes(seeds),
    ...(await foreignFormats(seeds)),
    ...polyglots(seeds),
    ...metadata(seeds),
    ...structures(seeds),
    ...(await oddPictures(seeds)),
    ...(await bombs(seeds)),
  ];
}
