import { isAbsolute } from "node:path";
import type { SettingsOf } from "@anyone/domain/source/source";
import type { AsyncBuffer } from "hyparquet";
import { type Connector, type Reach, Unlisted } from "./connector.ts";
import { pageOf, positionIn, rowToListing } from "./list-rows.ts";
import { withLocalFile } from "./local-file.ts";
import { parquetRows } from "./parquet-rows.ts";
import { readImage } from "./read-image.ts";
import { remoteFile } from "./remote-file.ts";
import { textRows } from "./text-rows.ts";

/** Lists of URLs, on the web or on the crawler's own disk, file after file; the cursor is `file:row` in parquet, `file:byte` in text. */
export const urlList: Connector<"url-list"> = {
  kind: "url-list",

  async list(settings, cursor, reach, signal) {
    const { file, at } = positionIn(cursor);
    const name = settings.files[file];
    if (name === undefined) return { listings: [], cursor: null, done: true };
    const { rows, next } = await withFile(name, settings, reach, signal, (bytes) => {
      signal?.throwIfAborted();
      const format = settings.format ?? formatOf(name);
      return format === "parquet"
        ? parquetRows(name, bytes, { row: at, count: settings.rowsPerPage })
        : textRows(name, bytes, format, { byte: at, count: settings.rowsPerPage });
    });
    const seen = new Set<string>();
    const listings = rows
      .flatMap((row) => rowToListing(row, settings))
      .filter(({ externalId }) => !seen.has(externalId) && seen.add(externalId));
    return pageOf(listings, { file, files: settings.files.length, next });
  },

  read: (settings, url, reach, signal) => readImage(reach, url, settings.politeness, signal),
};

function formatOf(name: string): NonNullable<SettingsOf<"url-list">["format"]> {
  const path = URL.canParse(name) ? new URL(name).pathname : name;
  const [, ending = ""] = /\.([a-z0-9]+)$/i.exec(path) ?? [];
  const format = { parquet: "parquet", csv: "csv", tsv: "csv", txt: "txt", jsonl: "jsonl", ndjson: "jsonl" } as const;
  const known = format[ending.toLowerCase() as keyof typeof format];
  if (known) return known;
  throw new Unlisted(
    "unknown-format",
    `The name ${name} does not say what it is: set format to csv, txt, jsonl or parquet.`,
  );
}

async function withFile<Result>(
  name: string,
  settings: SettingsOf<"url-list">,
  reach: Reach,
  signal: AbortSignal | undefined,
  work: (file: AsyncBuffer) => Promise<Result>,
): Promise<Result> {
  if (isAbsolute(name)) return withLocalFile(name, reach, work);
  return work(await remoteFile(name, reach.fetch, settings.politeness, signal));
}
