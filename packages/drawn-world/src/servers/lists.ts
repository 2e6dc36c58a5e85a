import type { FastifyInstance } from "fastify";
import type { CatalogueEntry } from "./catalogue.ts";
import { sendRange } from "./send-range.ts";

/** Lists of URLs as people write them down: csv, a JSON object a line, a URL a line; each has a third of the entries. */
export const LIST_FILES = ["/lists/people.csv", "/lists/people.jsonl", "/lists/people.txt"] as const;

export function serveLists(
  app: FastifyInstance,
  { entries, imageUrl }: { entries: readonly CatalogueEntry[]; imageUrl: (entry: CatalogueEntry) => string },
): void {
  const third = (part: number) => entries.filter((_, index) => index % 3 === part);
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const write = {
    "/lists/people.csv": () =>
      ["url,caption,license", ...third(0).map((one) => `${imageUrl(one)},${quoted(one.title)},CC BY 4.0`)].join("\r\n"),
    "/lists/people.jsonl": () =>
      third(1)
        .map((one) => JSON.stringify({ url: imageUrl(one), caption: one.title, author: one.ownerName }))
        .join("\n"),
    "/lists/people.txt": () => ["# people, one a line", ...third(2).map(imageUrl)].join("\n"),
  };
  for (const path of LIST_FILES) {
    app.get(path, (request, reply) => sendRange(request, reply, Buffer.from(write[path]())));
  }
}
