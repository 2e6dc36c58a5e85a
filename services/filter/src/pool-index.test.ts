import { insertAssets, lockPool, type NewAsset } from "@anyone/db/assets";
import { type OpenDatabase, openDatabase } from "@anyone/db/client";
import { hammingDistance } from "@anyone/domain/filter/hash-index";
import { AssetId, CandidateId, SourceId } from "@anyone/domain/ids";
import { random } from "@anyone/domain/random";
import { createDatabase } from "@anyone/test/support/servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { poolIndex } from "./pool-index.ts";

let db: OpenDatabase;
const chance = random("pool-index");
const detailHash = new Uint8Array(32).fill(0b1010_1010);

beforeAll(async () => {
  db = openDatabase(await createDatabase());
});
afterAll(() => db.close());

let made = 0;
function asset(phash: bigint, changes: Partial<NewAsset> = {}): NewAsset {
  const id = AssetId.parse((++made).toString(16).padStart(64, "0"));
  return {
    id,
    candidateId: CandidateId.parse(`candidate-${made}`),
    sourceId: SourceId.parse("source"),
    width: 700,
    height: 1300,
    originalKey: "o",
    imageKey: "i",
    thumbnailKey: "t",
    partsKey: "p",
    phash,
    detailHash,
    groupId: id,
    personBox: [],
    faceBox: [],
    keypoints: [],
    partShares: [],
    cutParts: [],
    brisque: 10,
    measures: {},
    models: [],
    ...changes,
  };
}

const admit = (assets: NewAsset[]) => db.transaction((tx) => insertAssets(tx, assets));
const alikeIds = async (index: ReturnType<typeof poolIndex>, phash: bigint, bits = 7) =>
  (await index.alike(db, [{ phash, detailHash }], bits))[0]?.map(({ assetId }) => assetId) ?? [];

function anyHash(): bigint {
  return (BigInt(Math.floor(chance() * 2 ** 32)) << 32n) | BigInt(Math.floor(chance() * 2 ** 32));
}

function turned(hash: bigint, bits: number): bigint {
  const places = new Set<number>();
  while (places.size < bits) places.add(Math.floor(chance() * 64));
  return [...places].reduce((h, bit) => h ^ (1n << BigInt(bit)), hash);
}

describe("the index of the pool", () => {
  it("finds of a pool in PostgreSQL exactly what comparing with every asset finds", async () => {
    const centre = anyHash();
    const assets = Array.from({ length: 300 }, (_, i) => asset(i % 2 === 0 ? anyHash() : turned(centre, i % 11)));
    await admit(assets);
    const found = (await poolIndex().alike(db, [{ phash: centre, detailHash }], 6))[0] ?? [];
    const near = assets.filter(({ phash }) => hammingDistance(phash, centre) <= 6);
    expect(found.map(({ assetId }) => assetId).sort()).toEqual(near.map(({ id }) => id).sort());
    expect(near.length).toBeGreaterThan(50);
  });

  it("of one process sees what another has admitted since, each asset once", async () => {
    const [first, second] = [poolIndex(), poolIndex()];
    await Promise.all([first.catchUp(db), first.catchUp(db), second.catchUp(db)]);
    const late = asset(anyHash());
    await admit([late]);
    expect(await alikeIds(first, late.phash)).toEqual([late.id]);
    expect(await alikeIds(second, late.phash)).toEqual([late.id]);
  });

  it("forgets what it read in a transaction that was rolled back, and what has left the pool", async () => {
    const index = poolIndex();
    const [undone, gone] = [asset(anyHash()), asset(anyHash())];
    await expect(
      db.transaction(async (tx) => {
        await lockPool(tx);
        await insertAssets(tx, [undone]);
        await index.catchUp(tx);
        throw new Error("undo");
      }),
    ).rejects.toThrow("undo");
    await admit([gone]);
    expect(await alikeIds(index, gone.phash)).toEqual([gone.id]);
    await db.query("DELETE FROM assets WHERE id = $1", [gone.id]);
    expect(await alikeIds(index, gone.phash)).toEqual([]);
    expect(await alikeIds(index, undone.phash)).toEqual([]);
  });

  it("says in how many of the 256 bits two pictures differ, and nothing where an asset has none", async () => {
    const index = poolIndex();
    const [fine, rough] = [asset(anyHash()), asset(anyHash())];
    await admit([fine, rough]);
    await db.query("UPDATE assets SET detail_hash = NULL WHERE id = $1", [rough.id]);
    const other = detailHash.map((byte, i) => (i < 3 ? ~byte : byte));
    const found = await index.alike(
      db,
      [fine, rough].map(({ phash }) => ({ phash, detailHash: other })),
      0,
    );
    expect(found.map(([one]) => one?.detail)).toEqual([24, null]);
  });
});
