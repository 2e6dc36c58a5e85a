import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { addTasks } from "@anyone/db/add-tasks";
import { finishRejudge, startRejudge } from "@anyone/db/rejudges";
import { withdrawAssets } from "@anyone/db/withdraw-assets";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { Manifest } from "@anyone/domain/release/manifest";
import { drawToFolder } from "@anyone/drawn-world/draw-to-folder";
import { next } from "@anyone/queues/job";
import { planRejudge } from "@anyone/queues/jobs/filter";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sweep } from "../sweep.ts";
import { openTrainer, type Pooled, sha256, type TestTrainer } from "../trainer.fixture.ts";
import { cutVersion } from "./cut-version.ts";
import { writeShard } from "./write-shard.ts";

let trainer: TestTrainer;
beforeEach(async () => {
  trainer = await openTrainer();
});
afterEach(() => trainer.close());

const POOL: Pooled[] = Array.from({ length: 40 }, (_, seed) => ({
  seed,
  ...(seed < 6 ? { group: `group-${Math.floor(seed / 3)}` } : {}),
  evaluated: seed === 1 || seed === 30,
}));

/** Cuts a version of a pool and reads it back. */
async function cut(trainer: TestTrainer, policy: Parameters<TestTrainer["openVersion"]>[0] = { shardSize: 7 }) {
  const version = await trainer.openVersion(policy);
  await trainer.work();
  return read(trainer, version);
}

async function read({ context, store, db }: TestTrainer, version: number) {
  const row = await context.versions.get(version);
  if (!row.manifestKey) throw new Error(`version ${version} is ${row.state}`);
  const bytes = await store.get(row.manifestKey);
  const items = await db.query<{ assetId: string; split: string; record: { packed: { value: number[] } } & object }>(
    `SELECT asset_id AS "assetId", split, record FROM dataset_items WHERE version = $1 ORDER BY asset_id`,
    [version],
  );
  return { row, bytes, manifest: Manifest.parse(JSON.parse(new TextDecoder().decode(bytes))), items };
}

describe("a dataset version", () => {
  it("has the same bytes when it is cut on two machines, although their shards were written in another order", async () => {
    await trainer.fill(POOL);
    const first = await cut(trainer);
    const other = await openTrainer();
    await other.fill([...POOL].reverse());
    const second = await cut(other);
    await other.close();
    expect(second.row.manifestSha256).toBe(first.row.manifestSha256);
    expect(second.bytes).toEqual(first.bytes);
    expect(first.manifest.shards.length).toBeGreaterThan(5);
  });

  it("waits while all is judged again, so that it holds the pool under one version of the thresholds", async () => {
    const [first, ...others] = await trainer.fill(POOL.slice(0, 12));
    await trainer.db.transaction(async (tx) => {
      const { id } = await startRejudge(tx, "test");
      await addTasks(tx, [next(planRejudge, { rejudge: id })]);
    });
    const version = await trainer.openVersion({ shardSize: 7 });
    const outcome = await cutVersion({ version }, trainer.context);
    expect(outcome).toEqual({ outcome: "postponed", reason: "judging-again", delaySeconds: 5 });
    await trainer.db.transaction(async (tx) => {
      await withdrawAssets(tx, [{ assetId: first as string, reason: "small-face" }]);
      await finishRejudge(tx, 1);
    });
    await trainer.work();
    const { items } = await read(trainer, version);
    expect(items.map(({ assetId }) => assetId)).toEqual(others.toSorted());
  });

  it("holds nothing that left the pool while it was cut, in its counts and shards neither", async () => {
    const ids = await trainer.fill(POOL.slice(0, 12));
    const version = await trainer.openVersion({ shardSize: 3 });
    const outcome = await cutVersion({ version }, trainer.context);
    await trainer.db.query("UPDATE assets SET left_at = now(), left_because = 'opted-out' WHERE id = $1", [ids[3]]);
    if (outcome.outcome !== "done" || !outcome.write) throw new Error("it was not cut");
    await trainer.db.transaction(outcome.write);
    await trainer.work();
    const { items, manifest, row } = await read(trainer, version);
    expect(items.map(({ assetId }) => assetId)).toEqual(ids.filter((_, n) => n !== 3).toSorted());
    expect(row.counts).toMatchObject({ items: 11 });
    expect(manifest.shards.reduce((sum, { count }) => sum + count, 0)).toBe(11);
  });

  it("names every object by the hash of its bytes", async () => {
    await trainer.fill(POOL.slice(0, 12));
    const { row, bytes, manifest } = await cut(trainer);
    expect(sha256(bytes)).toBe(row.manifestSha256);
    for (const shard of manifest.shards) {
      const tar = await trainer.store.get(shard.key);
      expect([sha256(tar), tar.byteLength]).toEqual([shard.sha256, shard.bytes]);
    }
    expect(manifest.shards.reduce((sum, { count }) => sum + count, 0)).toBe(12);
  });

  it("never trains on the evaluation set or on what looks like it, and keeps near duplicates in one split", async () => {
    const ids = await trainer.fill(POOL);
    const { items } = await cut(trainer);
    const splitOf = new Map(items.map(({ assetId, split }) => [assetId, split]));
    const splits = ids.map((id) => splitOf.get(id));
    expect(splits.slice(0, 3)).toEqual(["test", "test", "test"]);
    expect(splits[30]).toBe("test");
    expect(new Set(splits.slice(3, 6)).size).toBe(1);
    expect(new Set(splits)).toEqual(new Set(["train", "validation", "test"]));
  });

  it("holds of each item what was measured, and the words its source wrote beside it", async () => {
    const [id] = await trainer.fill(POOL.slice(0, 1));
    const models = [{ slot: "watermark", model: "laion-watermark", version: "1", sha256: "", tier: "paper" }];
    await trainer.db.query(
      `UPDATE assets SET face_box = '{1,2,3,4}', part_shares = '{0.75,0.25}', keypoints = array_fill(0.5, ARRAY[51]),
         measures = '{"watermark": 0.25, "width": 9}', models = $2 WHERE id = $1`,
      [id, JSON.stringify(models)],
    );
    await trainer.db.query(
      "INSERT INTO crawls (id, source_id, trigger, why, target) VALUES ('crawl', 'drawn', 'manual', 'test', 1)",
    );
    await trainer.db.query(
      `INSERT INTO candidates (id, source_id, crawl_id, external_id, url, caption) VALUES ($1, 'drawn', 'crawl', $1, '', 'In a red coat')`,
      [id],
    );
    const { items } = await cut(trainer, {});
    expect(items[0]?.record).toMatchObject({
      alt_text: "In a red coat",
      boxes: { person: [0, 0, 1, 1], face: [1, 2, 3, 4] },
      keypoints: Array(17).fill([0.5, 0.5, 0.5]),
      foreground: 0.25,
      scores: { brisque: 10, watermark: 0.25 },
      models: [{ slot: "watermark", model: "laion-watermark", version: "1", tier: "paper" }],
    });
  });

  it("leaves perceived appearance out when the policy says so, and holds it otherwise", async () => {
    await trainer.fill(POOL.slice(0, 8));
    const sensitive = primeHuman.categories.filter((category) => category.sensitive);
    const holds = ({ items }: Awaited<ReturnType<typeof read>>) =>
      sensitive.filter(({ id, index }) =>
        items.some(({ record }) => JSON.stringify(record).includes(`"${id}"`) || record.packed.value[index] !== -1),
      );
    expect(holds(await cut(trainer, { withoutSensitive: true }))).toEqual([]);
    const whole = await cut(trainer, {});
    expect(whole.manifest.without_sensitive).toBe(false);
    expect(holds(whole)).toEqual(sensitive);
  });

  it("puts what people said over what the labeller said", async () => {
    const [id] = await trainer.fill([{ seed: 3 }]);
    const { n, index, options } = primeHuman.categories[0] as (typeof primeHuman.categories)[number];
    const [before] = await trainer.db.query<{ value: number[] }>("SELECT value FROM answers");
    const said = ((before?.value[index] ?? 0) + 1) % options.length;
    await trainer.db.query(
      `INSERT INTO human_answers (review_task_id, asset_id, protocol_id, category, value, reviewer, iteration, purpose, idempotency_key)
       VALUES ('t', $1, $2, $3, $4, 'ada', 1, 'sample', 'k')`,
      [id, primeHuman.identity, n, said],
    );
    const { items, manifest } = await cut(trainer, {});
    expect(items[0]?.record.packed.value[index]).toBe(said);
    expect(manifest.counts.human_answers).toBe(1);
  });

  it("is released once, however many tasks see its last shard", async () => {
    await trainer.fill(POOL.slice(0, 20));
    const { row } = await cut(trainer, { shardSize: 3, training: { recipe: "debug", seeds: 1 } });
    expect(row.state).toBe("released");
    expect(await trainer.events("version-released")).toHaveLength(1);
    expect(await trainer.events("runs-planned")).toHaveLength(1);
  });

  it("is the same after a shard was written twice", async () => {
    await trainer.fill(POOL.slice(0, 9));
    const { row, bytes } = await cut(trainer);
    const again = await writeShard({ version: row.number, shard: 0 }, trainer.context);
    if (again.outcome === "done") await trainer.db.transaction((tx) => again.write?.(tx) ?? Promise.resolve());
    await trainer.work();
    const after = await read(trainer, row.number);
    expect(after.bytes).toEqual(bytes);
    expect(after.row).toEqual(row);
  });

  it("can be read by the trainer of the other language", async () => {
    const drawn = await mkdtemp(join(tmpdir(), "anyone-drawn-"));
    await drawToFolder({ seeds: [1, 2], folder: drawn, width: 96, clean: true, onProgress: () => {} });
    const file = (name: string) => readFile(join(drawn, name));
    const people = [1, 2].map(async (seed) => ({
      seed,
      image: await file(`${seed}.jpg`),
      parts: await file(`${seed}.parts.png`),
      evaluated: seed === 2,
    }));
    const ids = await trainer.fill(await Promise.all(people));
    const { row, items } = await cut(trainer, {});
    await rm(drawn, { recursive: true });
    const manifest = { key: row.manifestKey, sha256: row.manifestSha256 };
    const seen = await readWithPython(trainer.objectsUrl, manifest, join(trainer.folder, "cache"));
    expect(seen.map(({ asset_id }) => asset_id).sort()).toEqual([...ids].sort());
    expect(seen.find(({ asset_id }) => asset_id === ids[1])?.split).toBe("test");
    for (const { asset_id, groups, picture, parts } of seen) {
      const record = items.find(({ assetId }) => assetId === asset_id)?.record as unknown as {
        caption_groups: { group: string }[];
      };
      expect(groups).toEqual(record.caption_groups.map(({ group }) => group));
      expect(picture).toEqual([64, 48, 3]);
      expect(parts.length).toBeGreaterThan(3);
    }
  });
});

/** Opens a version with the GPU worker's own reader and decodes every picture. */
async function readWithPython(objectsUrl: string, manifest: object, cache: string) {
  const root = fileURLToPath(new URL("../../../../", import.meta.url));
  const script = `
import json, sys
from pathlib import Path
from anyone_gpu.objects import ObjectRef, open_objects
from anyone_gpu.train.dataset import decode, open_dataset
url, manifest, cache = sys.argv[1:]
dataset = open_dataset(open_objects(url), ObjectRef(**json.loads(manifest)), Path(cache))
def tell(item):
    picture = decode(item, (48, 64))
    return {"asset_id": item.asset_id, "split": item.split, "groups": [group.group for group in item.groups],
            "picture": picture.image_YXC.shape, "parts": sorted({int(p) for p in picture.parts_YX.flat})}
print(json.dumps([tell(item) for item in dataset.items]))`;
  const { stdout } = await promisify(execFile)(
    join(root, ".anyone/python/bin/python"),
    ["-c", script, objectsUrl, JSON.stringify(manifest), cache],
    { env: { ...process.env, PYTHONPATH: join(root, "services/gpu-worker") } },
  );
  return JSON.parse(stdout) as {
    asset_id: string;
    split: string;
    groups: string[];
    picture: number[];
    parts: number[];
  }[];
}

describe("cutting that fails", () => {
  it("fails the version with a reason and lets the next one open; a retry of its dead task still finishes it", async () => {
    const [id] = await trainer.fill(POOL.slice(0, 3));
    const { imageKey } = (
      await trainer.db.query<{ imageKey: string }>(`SELECT image_key AS "imageKey" FROM assets WHERE id = $1`, [id])
    )[0] as { imageKey: string };
    const image = await trainer.store.get(imageKey);
    await trainer.store.delete(imageKey);
    const version = await trainer.openVersion();
    expect(await sweep(trainer.context)).toEqual({ runs: 0, versions: 0 });
    await trainer.work();
    await expect(trainer.openVersion()).rejects.toMatchObject({ code: "conflict" });
    expect(await sweep(trainer.context)).toEqual({ runs: 0, versions: 1 });
    expect((await trainer.context.versions.get(version)).state).toBe("failed");
    expect(await trainer.events("version-failed")).toEqual([expect.stringContaining("v1 could not be cut")]);

    await trainer.store.put(imageKey, image);
    const following = await trainer.openVersion();
    await trainer.tasks.retryDead({ stage: "release" });
    await trainer.work();
    expect((await trainer.context.versions.get(version)).state).toBe("released");
    expect((await trainer.context.versions.get(following)).state).toBe("released");
  });
});
