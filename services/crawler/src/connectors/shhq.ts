import { join } from "node:path";
import type { Brought, Listing } from "@anyone/domain/source/candidate";
import { fileIn, imagesOf, keypointsOf, nameOf, readNumbers } from "./annotations.ts";
import type { Connector } from "./connector.ts";
import { folder, headOf } from "./folder.ts";

const TERMS = {
  licence: "SHHQ-1.0 agreement: non-commercial research, no redistribution",
  licenceUrl: "https://github.com/stylegan-human/StyleGAN-Human/blob/main/docs/Dataset.md",
};
/** OpenPose's body points. */
const KEYPOINTS = 25;

/** SHHQ-1.0 as it is unpacked: a folder of images of 1024×512, with key points in one text file and part maps in colours. */
export const shhq: Connector<"shhq"> = {
  kind: "shhq",

  async list(settings, cursor, reach, signal) {
    const page = await folder.list(imagesOf(settings), cursor, reach, signal);
    const places = await readNumbers(settings.path, settings.keypoints, new Set(page.listings.map(nameOf)));
    const bring = async (listing: Listing): Promise<Listing> => {
      const name = nameOf(listing);
      const partMap = await fileIn(settings.path, join(settings.parsing, name.replace(/\.[^.]+$/, ".png")));
      const brought: Brought = {
        keypoints: keypointsOf(places.get(name), KEYPOINTS, (_place, x, y) => (x > 0 && y > 0 ? 2 : 0)),
        partMap: partMap === undefined ? undefined : { url: partMap, classes: "shhq-16" },
      };
      return { ...listing, ...TERMS, brought };
    };
    return { ...page, listings: await Promise.all(page.listings.map(bring)) };
  },

  read: (settings, url, reach, signal) => folder.read(imagesOf(settings), url, reach, signal),

  head: (settings, url, reach) => headOf(imagesOf(settings), url, reach),
};
