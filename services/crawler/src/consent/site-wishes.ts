import type { Evidence, Said } from "@anyone/domain/source/consent";
import { readAiTxt, readTdmrep } from "./site-files.ts";

/** The text of one file of a host, or undefined where there is none. */
export type ReadFile = (url: string) => Promise<string | undefined>;

const FILES = {
  "/.well-known/tdmrep.json": (text: string, path: string): Said[] => readTdmrep(text, path),
  "/ai.txt": readAiTxt,
} as const;
const KEPT_FOR_MS = 24 * 3_600_000;
const UNREAD_FOR_MS = 60_000;
/** Hosts whose files are kept in memory. */
const MOST_HOSTS = 20_000;
/** Characters of a file that are kept; both are a few lines where they exist. */
const LONGEST_FILE = 64 * 1024;

/** What hosts say of training in files at their root, each read once a day and process. */
export class SiteWishes {
  readonly #product: string;
  readonly #known = new Map<string, { texts: Promise<(string | undefined)[]>; until: number }>();

  /** @param product our product token, as ai.txt may name it */
  constructor(product: string) {
    this.#product = product;
  }

  /** What is said of one URL. Throws what `read` throws, and asks again a minute later. */
  async of(url: URL, read: ReadFile): Promise<Evidence[]> {
    const texts = await this.#texts(url.origin, read);
    return Object.entries(FILES).flatMap(([file, tell], i) => {
      const text = texts[i];
      if (text === undefined) return [];
      const readFrom = url.origin + file;
      return tell(text, url.pathname + url.search, this.#product).map((one) => ({ ...one, readFrom }));
    });
  }

  #texts(origin: string, read: ReadFile): Promise<(string | undefined)[]> {
    const known = this.#known.get(origin);
    if (known && known.until > Date.now()) return known.texts;
    const texts = Promise.all(
      Object.keys(FILES).map(async (file) => (await read(origin + file))?.slice(0, LONGEST_FILE)),
    );
    const entry = { texts, until: Date.now() + KEPT_FOR_MS };
    this.#known.delete(origin);
    this.#known.set(origin, entry);
    texts.catch(() => {
      entry.until = Date.now() + UNREAD_FOR_MS;
    });
    if (this.#known.size > MOST_HOSTS) this.#known.delete(this.#known.keys().next().value ?? "");
    return texts;
  }
}
