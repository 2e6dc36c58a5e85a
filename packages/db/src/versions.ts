import { fault } from "@anyone/domain/fault";
import type { MeasuredAsset } from "@anyone/domain/release/metadata";
import { RELEASE_POLICY, releasePolicy } from "@anyone/domain/release/policy";
import type { ConsentSignal } from "@anyone/domain/source/consent";
import type { Sql, Transaction } from "@anyone/domain/transaction";
import type { OpenDatabase } from "./client.ts";
import { reservedBy } from "./evidence.ts";
import { readSetting } from "./settings.ts";

export interface Version {
  number: number;
  name: string;
  state: "cutting" | "released" | "failed";
  protocolId: string;
  labellerId: string | null;
  seed: number;
  policy: Record<string, unknown>;
  manifestKey: string | null;
  manifestSha256: string | null;
  counts: Record<string, unknown>;
}

/** One asset as the cutter sees it: packed answers of the version's protocol, what was measured, and where its bytes lie. */
export interface CuttableAsset extends MeasuredAsset {
  id: string;
  groupId: string;
  width: number;
  height: number;
  imageKey: string;
  partsKey: string;
  value: number[];
  confidence: number[];
  giver: number[];
  labeller: number;
  sourceId: string;
  /** The source's kind; empty when it is gone. */
  kind: string;
  licence: string | null;
  /** The signal that keeps it out of training now. */
  reservedBy: ConsentSignal | null;
  /** It is akin to an asset of an evaluation set: never trained on. */
  evaluated: boolean;
}

export interface FrozenItem {
  assetId: string;
  split: string;
  shard: number;
  record: Record<string, unknown>;
}

export interface PlannedShard {
  number: number;
  split: string;
  count: number;
}

export interface WrittenShard extends PlannedShard {
  key: string;
  sha256: string;
  bytes: number;
}

const VERSION = `number, name, state, protocol_id AS "protocolId", labeller_id AS "labellerId", seed, policy,
  manifest_key AS "manifestKey", manifest_sha256 AS "manifestSha256", counts`;

export type Versions = ReturnType<typeof versionRepository>;

/** Dataset versions: frozen items, shards, manifests. */
export function versionRepository(db: OpenDatabase) {
  return {
    async get(number: number): Promise<Version> {
      const [version] = await db.query<Version>(`SELECT ${VERSION} FROM dataset_versions WHERE number = $1`, [number]);
      if (!version) throw fault("not-found", `There is no dataset version ${number}.`);
      return version;
    },

    /** Every asset of the pool that has answers under the protocol, in the order of their ids. */
    async cuttable(protocolId: string): Promise<CuttableAsset[]> {
      return db.query<CuttableAsset>(
        `SELECT a.id, a.group_id AS "groupId", a.width, a.height, a.image_key AS "imageKey", a.parts_key AS "partsKey",
                a.part_shares AS "partShares", a.person_box AS "personBox", a.face_box AS "faceBox", a.keypoints, a.brisque,
                a.measures, a.models, c.caption AS "altText", w.value, w.confidence, w.giver, w.labeller, a.source_id AS "sourceId",
                coalesce(s.connector, '') AS kind, c.licence,
                ${reservedBy("a.candidate_id")} AS "reservedBy",
                a.id IN (SELECT asset_id FROM evaluation_kin) AS evaluated
           FROM pool a JOIN answers w ON w.asset_id = a.id AND w.protocol_id = $1
           LEFT JOIN candidates c ON c.id = a.candidate_id LEFT JOIN sources s ON s.id = a.source_id
          ORDER BY a.id`,
        [protocolId],
      );
    },

    /** Those of these assets that are in the pool. */
    async pooled(sql: Sql, ids: readonly string[]): Promise<Set<string>> {
      const rows = await sql.query<{ id: string }>("SELECT id FROM pool WHERE id = ANY($1::text[])", [ids]);
      return new Set(rows.map(({ id }) => id));
    },

    /** What people said under the protocol, by asset: imported first, then oldest first. */
    async said(protocolId: string): Promise<Map<string, { category: number; value: number; text: string | null }[]>> {
      const rows = await db.query<{ assetId: string; category: number; value: number; text: string | null }>(
        `SELECT asset_id AS "assetId", category, value, text FROM standing_answers
          WHERE protocol_id = $1 AND purpose <> 'honeypot' ORDER BY purpose <> 'import', id`,
        [protocolId],
      );
      return Map.groupBy(rows, ({ assetId }) => assetId);
    },

    /** Freezes items and plans shards. Freezing twice is the same as once: rows that exist stay. */
    async freeze(
      tx: Transaction,
      version: number,
      frozen: { items: readonly FrozenItem[]; shards: readonly PlannedShard[]; counts: unknown },
    ): Promise<void> {
      const { items, shards } = frozen;
      await tx.query(
        `INSERT INTO dataset_items (version, asset_id, split, shard, record)
         SELECT $1, * FROM unnest($2::text[], $3::text[], $4::smallint[], $5::jsonb[]) ON CONFLICT DO NOTHING`,
        [
          version,
          items.map((item) => item.assetId),
          items.map((item) => item.split),
          items.map((item) => item.shard),
          items.map((item) => JSON.stringify(item.record)),
        ],
      );
      await tx.query(
        `INSERT INTO shards (version, number, split, count)
         SELECT $1, * FROM unnest($2::smallint[], $3::text[], $4::int[]) ON CONFLICT DO NOTHING`,
        [
          version,
          shards.map((shard) => shard.number),
          shards.map((shard) => shard.split),
          shards.map((shard) => shard.count),
        ],
      );
      await tx.query(
        `UPDATE dataset_versions SET counts = $2, state = 'cutting' WHERE number = $1 AND state <> 'released'`,
        [version, JSON.stringify(frozen.counts)],
      );
    },

    /** A shard's items with the keys of their bytes, in the order they are written. */
    async shardItems(version: number, shard: number) {
      return db.query<{ assetId: string; record: Record<string, unknown>; imageKey: string; partsKey: string }>(
        `SELECT i.asset_id AS "assetId", i.record, a.image_key AS "imageKey", a.parts_key AS "partsKey"
           FROM dataset_items i JOIN assets a ON a.id = i.asset_id
          WHERE i.version = $1 AND i.shard = $2 ORDER BY i.asset_id`,
        [version, shard],
      );
    },

    async shards(version: number): Promise<(PlannedShard & Partial<WrittenShard> & { state: string })[]> {
      return db.query(
        `SELECT number, split, state, key, sha256, bytes, count FROM shards WHERE version = $1 ORDER BY number`,
        [version],
      );
    },

    async shardWritten(
      tx: Transaction,
      version: number,
      shard: Pick<WrittenShard, "number" | "key" | "sha256" | "bytes">,
    ) {
      await tx.query(
        `UPDATE shards SET state = 'written', key = $3, sha256 = $4, bytes = $5 WHERE version = $1 AND number = $2`,
        [version, shard.number, shard.key, shard.sha256, shard.bytes],
      );
    },

    /** Releases a version; false when it was released before: a released version never changes. */
    async release(tx: Transaction, version: number, manifest: { key: string; sha256: string }): Promise<boolean> {
      const rows = await tx.query(
        `UPDATE dataset_versions SET state = 'released', manifest_key = $2, manifest_sha256 = $3,
                released_at = clock_timestamp() WHERE number = $1 AND state <> 'released' RETURNING number`,
        [version, manifest.key, manifest.sha256],
      );
      return rows.length === 1;
    },

    /**
     * Fails versions that nobody cuts any more: one of their tasks is dead and none is to come. The next version can then
     * be opened; an operator's retry of the dead tasks still finishes this one.
     */
    async failStuck(tx: Transaction): Promise<{ number: number; name: string; reason: string }[]> {
      return tx.query(
        `WITH own AS (
           SELECT (payload ->> 'version')::int AS version, state, reason FROM tasks
            WHERE stage = 'release' AND state IN ('ready', 'leased', 'dead')),
         stuck AS (
           SELECT version, min(reason) AS reason FROM own GROUP BY version HAVING bool_and(state = 'dead'))
         UPDATE dataset_versions SET state = 'failed' FROM stuck
          WHERE number = stuck.version AND state = 'cutting' RETURNING number, name, reason`,
      );
    },

    /**
     * Opens the next version to be cut, under the policy that holds now, and returns its number. Only one may be in the cutting at a time.
     *
     * @throws Fault `conflict` while another is being cut.
     */
    async open(
      tx: Transaction,
      wanted: { protocolId: string; labellerId: string | null; seed?: number },
    ): Promise<number> {
      await tx.query(`SELECT pg_advisory_xact_lock(hashtext('dataset_versions'))`);
      const [cutting] = await tx.query<{ name: string }>(`SELECT name FROM dataset_versions WHERE state = 'cutting'`);
      if (cutting) {
        throw fault("conflict", `Version ${cutting.name} is being cut.`, { hint: "Wait until it is released." });
      }
      const policy = releasePolicy((await readSetting(tx, RELEASE_POLICY))?.value);
      const [row] = await tx.query<{ number: number }>(
        `INSERT INTO dataset_versions (number, name, protocol_id, labeller_id, policy, seed)
         SELECT coalesce(max(number), 0) + 1, 'v' || coalesce(max(number), 0) + 1, $1, $2, $3, $4 FROM dataset_versions
         RETURNING number`,
        [wanted.protocolId, wanted.labellerId, JSON.stringify(policy), wanted.seed ?? 1],
      );
      if (!row) throw fault("internal", "The version's row was not written.");
      return row.number;
    },
  };
}
