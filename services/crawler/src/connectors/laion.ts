import type { Connector } from "./connector.ts";
import { pageOf, positionIn, rowToListing } from "./list-rows.ts";
import { parquetRows } from "./parquet-rows.ts";
import { readImage } from "./read-image.ts";
import { remoteFile } from "./remote-file.ts";

/** Rows of LAION's parquet files on the web, file after file; the cursor is `file:row`. Rows are judged by their columns before any of their URLs is asked. */
export const laion: Connector<"laion"> = {
  kind: "laion",

  async list(settings, cursor, { fetch }, signal) {
    const { file, at } = positionIn(cursor);
    const url = settings.files[file];
    if (url === undefined) return { listings: [], cursor: null, done: true };
    const bytes = await remoteFile(url, fetch, settings.politeness, signal);
    const { rows, next } = await parquetRows(url, bytes, { row: at, count: settings.rowsPerPage });
    const listings = rows.flatMap((row) => rowToListing(row, settings));
    return pageOf(listings, { file, files: settings.files.length, next });
  },

  read: (settings, url, reach, signal) => readImage(reach, url, settings.politeness, signal),
};
