import { createHash, randomBytes } from "node:crypto";
import { fault } from "@anyone/domain/fault";
import type { Database, Sql, Transaction } from "@anyone/domain/transaction";
import { read } from "./browse/page.ts";

export type KeyRole = "annotator" | "operator" | "admin";

export interface KeyRow {
  id: string;
  name: string;
  role: KeyRole;
  createdAt: string;
  usedAt: string | null;
  revokedAt: string | null;
}

/** A key as it was just made: `key` is never to be had again, only its sha256 is stored. */
export interface NewKey {
  id: string;
  name: string;
  role: KeyRole;
  key: string;
}

const KEY = `select id, name, role, created_at as "createdAt", used_at as "usedAt", revoked_at as "revokedAt" from api_keys`;

/** The keys of the API. */
export function apiKeys(db: Database) {
  return {
    /** Who holds this key; undefined when nobody does, or it was revoked. */
    async holder(key: string): Promise<KeyRow | undefined> {
      return (await read<KeyRow>(db, `${KEY} where hash = $1 and revoked_at is null`, [hashKey(key)], "key-holder"))[0];
    },

    /** The key behind a session; undefined when it was revoked since. */
    async byId(id: string): Promise<KeyRow | undefined> {
      return (await read<KeyRow>(db, `${KEY} where id = $1 and revoked_at is null`, [id], "key-by-id"))[0];
    },

    list: (): Promise<KeyRow[]> => read(db, `${KEY} order by created_at, id`),

    /** How many keys are in use: as many people as may answer. */
    async count(): Promise<number> {
      const [row] = await db.query<{ n: number }>("select count(*)::int as n from api_keys where revoked_at is null");
      return row?.n ?? 0;
    },

    /** Notes that a key was used, at most once a minute. */
    async used(id: string): Promise<void> {
      await db.query(
        `update api_keys set used_at = now() where id = $1 and (used_at is null or used_at < now() - interval '1 minute')`,
        [id],
      );
    },

    /** Makes a key. Fault `conflict` when the name is taken: a name is who gave an answer, also after the key is gone. */
    create: (name: string, role: KeyRole): Promise<NewKey> =>
      db.transaction(async (tx) => {
        await lock(tx);
        const taken = await tx.query("select 1 from api_keys where name = $1", [name]);
        if (taken.length > 0) {
          throw fault("conflict", `A key named "${name}" exists already.`, { hint: "Choose another name." });
        }
        return insert(tx, name, role, makeKey());
      }),

    /** Makes the first admin key when there is no key at all; undefined otherwise. Of many processes at once one makes it. */
    first: (): Promise<NewKey | undefined> =>
      db.transaction(async (tx) => {
        await lock(tx);
        const any = await tx.query("select 1 from api_keys limit 1");
        return any.length > 0 ? undefined : insert(tx, "admin", "admin", makeKey());
      }),

    /** Makes a given text an admin key, unless it was a key before. */
    adopt: (key: string): Promise<void> =>
      db.transaction(async (tx) => {
        await lock(tx);
        const known = await tx.query("select 1 from api_keys where hash = $1", [hashKey(key)]);
        if (known.length > 0) return;
        const names = await tx.query("select 1 from api_keys where name ~ '^admin( [0-9]+)?$'");
        await insert(tx, names.length === 0 ? "admin" : `admin ${names.length + 1}`, "admin", key);
      }),

    /** Revokes a key. Faults: `not-found`; `conflict` for the last admin key, which would lock everybody out. */
    revoke: (id: string): Promise<KeyRow> =>
      db.transaction(async (tx) => {
        await lock(tx);
        const [key] = await read<KeyRow>(tx, `${KEY} where id = $1`, [id]);
        if (!key) throw fault("not-found", `There is no key ${id}.`);
        const others = await tx.query(
          "select 1 from api_keys where role = 'admin' and revoked_at is null and id <> $1",
          [id],
        );
        if (key.role === "admin" && others.length === 0) {
          throw fault("conflict", "The last admin key can't be revoked.", { hint: "Make another admin key first." });
        }
        await tx.query("update api_keys set revoked_at = coalesce(revoked_at, now()) where id = $1", [id]);
        return (await read<KeyRow>(tx, `${KEY} where id = $1`, [id]))[0] as KeyRow;
      }),
  };
}

export type ApiKeys = ReturnType<typeof apiKeys>;

/** 256 random bits need no slow hash: there is nothing to guess. */
function hashKey(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

function makeKey(): string {
  return `anyone_${randomBytes(32).toString("base64url")}`;
}

async function insert(tx: Transaction, name: string, role: KeyRole, key: string): Promise<NewKey> {
  const id = `key_${randomBytes(9).toString("base64url").replaceAll(/[-_]/g, "0")}`;
  await tx.query("insert into api_keys (id, name, role, hash) values ($1, $2, $3, $4)", [id, name, role, hashKey(key)]);
  return { id, name, role, key };
}

async function lock(sql: Sql): Promise<void> {
  await sql.query("select pg_advisory_xact_lock(72707370)");
}
