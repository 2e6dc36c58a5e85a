import type { ConsentPlace, Evidence, Said } from "@anyone/domain/source/consent";
import { ReadDaily } from "../read-daily.ts";
import { readAiTxt, readTdmrep } from "./site-files.ts";

/** The text of one file of a host, or undefined where there is none. */
export type ReadFile = (url: string) => Promise<string | undefined>;

const FILES: Readonly<
  Record<string, { place: ConsentPlace; tell: (text: string, path: string, product: string) => Said[] }>
> = {
  "/.well-known/tdmrep.json": { place: "tdmrep.json", tell: readTdmrep },
  "/ai.txt": { place: "ai.txt", tell: readAiTxt },
};
/** Hosts whose files are kept in memory. */
const MOST_HOSTS = 20_000;
/** Characters of a file that are kept; both are a few lines where they exist. */
const LONGEST_FILE = 64 * 1024;

/** What hosts say of training in files at their root, each read once a day and process. */
export class SiteWishes {
  readonly #product: string;
  readonly #texts = new ReadDaily<(string | undefined)[]>(MOST_HOSTS);

  /** @param product our product token, as ai.txt may name it */
  constructor(product: string) {
    this.#product = product;
  }

  /** What is said of one URL. Throws what `read` throws, and asks again a minute later. */
  async of(url: URL, read: ReadFile): Promise<Evidence[]> {
    const texts = await this.#texts.of(url.origin, () =>
      Promise.all(Object.keys(FILES).map(async (file) => (await read(url.origin + file))?.slice(0, LONGEST_FILE))),
    );
    return Object.entries(FILES).flatMap(([file, { place, tell }], i) => {
      const text = texts[i];
      if (text === undefined) return [];
      const readFrom = url.origin + file;
      return tell(text, url.pathname + url.search, this.#product).map((one) => ({ ...one, place, readFrom }));
    });
  }
}
