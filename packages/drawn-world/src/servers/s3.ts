import type { FastifyInstance, FastifyReply } from "fastify";
import type { CatalogueEntry } from "./catalogue.ts";
import type { Drawer } from "./drawer.ts";
import { type Query, within } from "./photo-site.ts";

/** The one bucket of this world; its objects lie below `people/`. */
export const BUCKET = "drawn-people";

/** ListObjectsV2 and GetObject in S3's shape (path style), for anybody: signatures are not looked at. */
export function serveS3(
  app: FastifyInstance,
  { entries, drawer }: { entries: readonly CatalogueEntry[]; drawer: Drawer },
): void {
  const seeds = new Map(entries.map((entry) => [`people/${entry.seed % 3}/${entry.id}.jpg`, entry.seed]));
  const keys = [...seeds.keys()].sort();

  const list = (bucket: string, query: Query, reply: FastifyReply) => {
    reply.type("application/xml");
    if (bucket !== BUCKET) return reply.code(404).send(failure("NoSuchBucket"));
    const { prefix = "", "start-after": after = "" } = query;
    const found = keys.filter((key) => key.startsWith(prefix) && key > after);
    const page = found.slice(0, within(query["max-keys"], 1000, 1000));
    const contents = page.map((key) => `<Contents><Key>${key}</Key><Size>300000</Size></Contents>`);
    const truncated = page.length < found.length;
    return reply.send(
      `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><Name>${BUCKET}</Name><Prefix>${prefix}</Prefix>` +
        `<KeyCount>${page.length}</KeyCount><IsTruncated>${truncated}</IsTruncated>${contents.join("")}</ListBucketResult>`,
    );
  };

  // Clients ask for a bucket with or without a slash at its end.
  app.get<{ Params: { bucket: string }; Querystring: Query }>("/s3/:bucket", ({ params, query }, reply) =>
    list(params.bucket, query, reply),
  );

  app.get<{ Params: { bucket: string; "*": string }; Querystring: Query }>("/s3/:bucket/*", async (request, reply) => {
    const { bucket, "*": key } = request.params;
    if (key === "") return list(bucket, request.query, reply);
    const seed = seeds.get(key);
    if (seed === undefined) return reply.code(404).type("application/xml").send(failure("NoSuchKey"));
    return reply
      .header("etag", `"${seed}"`)
      .type("image/jpeg")
      .send(Buffer.from(await drawer.picture(seed)));
  });
}

function failure(code: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
}
