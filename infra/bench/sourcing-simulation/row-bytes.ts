import { createHash } from "node:crypto";
import { addTasks } from "../../../packages/db/src/add-tasks.ts";
import { insertAssets, recordVerdicts } from "../../../packages/db/src/assets.ts";
import { candidateIdOf, candidateRepository, insertListed } from "../../../packages/db/src/candidates.ts";
import { type OpenDatabase, openDatabase } from "../../../packages/db/src/client.ts";
import { startCrawl } from "../../../packages/db/src/crawls.ts";
import { sourceRepository } from "../../../packages/db/src/sources.ts";
import { AssetId, type CandidateId, type SourceId } from "../../../packages/domain/src/ids.ts";
import { random } from "../../../packages/domain/src/random.ts";
import { FETCH_CHUNK } from "../../../packages/domain/src/source/crawl.ts";
import { next } from "../../../packages/queues/src/job.ts";
import { fetchCandidates } from "../../../packages/queues/src/jobs/source.ts";
import { contentKey } from "../../../packages/storage/src/keys.ts";
import { databaseUrl, withClient } from "../../../test/support/postgres.ts";
import { openStores } from "../../../test/support/stores.ts";

const ROWS = 10_000;
const PAGE = 1_000;
const SOURCE = "bench" as SourceId;
const MODEL = { slot: "person", tier: "small", model: "nanodet-plus-m", version: "1", sha256: "0".repeat(64) };

/** Bytes in PostgreSQL of one row, its indexes and what is stored beside the table included. */
export interface RowBytes {
  candidate: number;
  asset: number;
  task: number;
}

/** Writes ten thousand rows of each table through the platform's own functions, in the states they go through, and asks PostgreSQL. */
export async function measureRowBytes(): Promise<RowBytes> {
  const stores = openStores();
  try {
    const { adminUrl, template } = await stores.postgres();
    const name = template.replace(/_template$/, "_rows");
    await withClient(adminUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
    const db = openDatabase(databaseUrl(adminUrl, name), { max: 2 });
    try {
      const ids = await listAndFetch(db);
      await judge(db, ids);
      const before = await bytesOf(db, "tasks");
      await db.transaction((tx) =>
        addTasks(
          tx,
          Array.from({ length: ROWS }, (_, i) => next(fetchCandidates, { candidateIds: chunkFrom(ids, i) })),
        ),
      );
      await db.query("VACUUM ANALYZE tasks");
      return {
        candidate: (await bytesOf(db, "candidates")) / ROWS,
        asset: (await bytesOf(db, "assets")) / ROWS,
        task: ((await bytesOf(db, "tasks")) - before) / ROWS,
      };
    } finally {
      await db.close();
    }
  } finally {
    await stores.close();
  }
}

/** As a list of the web has them: an address, a caption, a size. Each is listed, then fetched. */
async function listAndFetch(db: OpenDatabase): Promise<CandidateId[]> {
  await sourceRepository(db).save({
    id: SOURCE,
    settings: { kind: "laion", files: ["https://lists.example.org/bench.parquet"] } as never,
  });
  const crawlId = await db.transaction((tx) =>
    startCrawl(tx, { sourceId: SOURCE, target: ROWS, trigger: "manual", why: "bench" }),
  );
  const numbers = Array.from({ length: ROWS }, (_, i) => i);
  for (let from = 0; from < ROWS; from += PAGE) {
    const listings = numbers.slice(from, from + PAGE).map((i) => ({
      externalId: String(1_000_000_000 + i),
      url: `https://images${i % 32}.example.org/media/${hashOf(`u${i}`).slice(0, 24)}/photograph-${i}.jpg`,
      caption: "A woman in a long red coat and black boots walks along a street in the first snow of the year",
      width: 1488,
      height: 1300,
      claims: { similarity: 0.31, punsafe: 0.0004, pwatermark: 0.07 },
    }));
    await db.transaction((tx) => insertListed(tx, { sourceId: SOURCE, crawlId }, listings as never));
  }
  const candidates = candidateRepository(db);
  const ids = numbers.map((i) => candidateIdOf(SOURCE, String(1_000_000_000 + i)));
  for (const [i, id] of ids.entries()) {
    const sha256 = hashOf(`o${i}`);
    await candidates.fetched({
      id,
      sha256,
      objectKey: contentKey("original", sha256, "jpeg"),
      bytes: 374_000,
      contentType: "image/jpeg",
      fetchedFrom: `https://images${i % 32}.example.org/`,
      heard: { asked: [], evidence: [] },
      validators: { etag: `"${sha256.slice(0, 32)}"`, lastModified: "Thu, 26 Nov 2026 10:00:00 GMT" },
    });
  }
  await db.query("VACUUM ANALYZE candidates");
  return ids;
}

async function judge(db: OpenDatabase, ids: readonly CandidateId[]): Promise<void> {
  const chance = random("rows");
  const some = (count: number, scale: number) =>
    Array.from({ length: count }, () => Math.round(chance() * scale * 10) / 10);
  const says = { size: "kept", person: "kept", "face-size": "kept", quality: "kept", "fake-person": "kept" };
  for (let from = 0; from < ids.length; from += FETCH_CHUNK) {
    const chunk = ids.slice(from, from + FETCH_CHUNK);
    await db.transaction(async (tx) => {
      await insertAssets(
        tx,
        chunk.map((candidateId, i) => {
          const key = (kind: "original" | "asset" | "thumbnail" | "part-map", extension: string) =>
            contentKey(kind, hashOf(`${kind}${from + i}`), extension);
          const id = AssetId.parse(hashOf(`o${from + i}`));
          return {
            id,
            candidateId,
            sourceId: SOURCE,
            width: 1488,
            height: 1300,
            originalKey: key("original", "jpeg"),
            imageKey: key("asset", "jpg"),
            thumbnailKey: key("thumbnail", "jpg"),
            partsKey: key("part-map", "png"),
            phash: BigInt(`0x${hashOf(`p${from + i}`).slice(0, 16)}`),
            detailHash: Buffer.from(hashOf(`d${from + i}`), "hex"),
            groupId: id,
            personBox: some(4, 1300),
            faceBox: some(4, 1300),
            keypoints: some(51, 1300),
            partShares: some(18, 1),
            cutParts: [12, 13],
            brisque: 23.4,
            measures: {
              gates: "4",
              persons: [{ score: 0.81, box: some(4, 1300) }],
              faces: [{ score: 0.97, box: some(4, 1300) }],
              fakeness: 0.03,
            },
            models: Array.from({ length: 6 }, () => MODEL) as never,
          };
        }),
      );
      await recordVerdicts(
        tx,
        chunk.map((candidateId) => ({ candidateId, reason: null, details: { gates: "4", says } })),
      );
    });
  }
  await db.query("VACUUM ANALYZE candidates, assets");
}

function chunkFrom(ids: readonly CandidateId[], number: number): CandidateId[] {
  return Array.from({ length: FETCH_CHUNK }, (_, i) => ids[(number + i) % ids.length] as CandidateId);
}

async function bytesOf(db: OpenDatabase, table: "candidates" | "assets" | "tasks"): Promise<number> {
  const [row] = await db.query<{ bytes: string }>(`SELECT pg_total_relation_size('${table}') AS bytes`);
  return Number(row?.bytes);
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
