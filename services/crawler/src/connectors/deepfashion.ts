import { join } from "node:path";
import type { Brought, Listing } from "@anyone/domain/source/candidate";
import { crossWalk, personIn } from "@anyone/domain/source/deepfashion";
import { fileIn, imagesOf, keypointsOf, nameOf, readNumbers } from "./annotations.ts";
import type { Connector } from "./connector.ts";
import { folder, headOf } from "./folder.ts";

const TERMS = {
  licence: "DeepFashion-MultiModal: non-commercial research, no redistribution",
  licenceUrl: "https://github.com/yumingj/DeepFashion-MultiModal",
};
const KEYPOINTS = 21;

/** DeepFashion-MultiModal as it is unpacked: a folder of images, with key points, labels and part maps in files beside it. */
export const deepFashionMultiModal: Connector<"deepfashion-multimodal"> = {
  kind: "deepfashion-multimodal",

  async list(settings, cursor, reach, signal) {
    const page = await folder.list(imagesOf(settings), cursor, reach, signal);
    const names = new Set(page.listings.map(nameOf));
    const read = (file: string) => readNumbers(settings.path, file, names);
    const [shape, fabric, pattern, places, visible] = await Promise.all(
      [settings.shape, settings.fabric, settings.pattern, settings.keypoints, settings.visibility].map(read),
    );
    const bring = async (listing: Listing): Promise<Listing> => {
      const name = nameOf(listing);
      const labels = { shape: shape?.get(name), fabric: fabric?.get(name), pattern: pattern?.get(name) };
      const partMap = await fileIn(settings.path, join(settings.parsing, name.replace(/\.[^.]+$/, "_segm.png")));
      const brought: Brought = {
        answers: crossWalk(name, labels),
        keypoints: keypointsOf(places?.get(name), KEYPOINTS, seenBy(visible?.get(name))),
        partMap: partMap === undefined ? undefined : { url: partMap, classes: "deepfashion-multimodal-24" },
      };
      return { ...listing, ...TERMS, brought, personKey: personIn(name) };
    };
    return { ...page, listings: await Promise.all(page.listings.map(bring)) };
  },

  read: (settings, url, reach, signal) => folder.read(imagesOf(settings), url, reach, signal),

  head: (settings, url, reach) => headOf(imagesOf(settings), url, reach),
};

/** The dataset's 0 is visible, 1 hidden, 2 absent; an absent point lies at (-1, -1). */
function seenBy(visibility: readonly number[] | undefined): (place: number, x: number, y: number) => 0 | 1 | 2 {
  return (place, x, y) => {
    if (x < 0 || y < 0) return 0;
    const given = visibility?.[place];
    return given === 2 ? 0 : given === 1 ? 1 : 2;
  };
}
