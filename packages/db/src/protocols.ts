import { createHash } from "node:crypto";
import { loadProtocol } from "@anyone/domain/annotate/load-protocol";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { fault } from "@anyone/domain/fault";
import { sortKeys } from "@anyone/domain/release/manifest";
import type { Database } from "@anyone/domain/transaction";

export type Protocols = ReturnType<typeof protocolRepository>;

/** Label protocols, immutable per version; each is parsed once per process. */
export function protocolRepository(db: Pick<Database, "query">) {
  const parsed = new Map<string, Protocol>();
  return {
    /**
     * Publishes a checked protocol file and returns its id, `name@version`. The same file again changes nothing.
     *
     * @throws Fault `bad-protocol` when the file is broken, or differs from what was published under that version.
     */
    async publish(document: Record<string, unknown>): Promise<string> {
      const protocol = loadProtocol(document);
      const sha256 = hashOf(document);
      await db.query(`INSERT INTO protocols (id, content, sha256) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING`, [
        protocol.identity,
        JSON.stringify(document),
        sha256,
      ]);
      const [row] = await db.query<{ sha256: string }>(`SELECT sha256 FROM protocols WHERE id = $1`, [
        protocol.identity,
      ]);
      if (row?.sha256 === sha256) return protocol.identity;
      throw fault("bad-protocol", `${protocol.identity} was published before with other content.`, {
        hint: "A published version never changes: give the file a new version number.",
      });
    },

    async get(id: string): Promise<Protocol> {
      const known = parsed.get(id);
      if (known) return known;
      const [row] = await db.query<{ content: unknown }>(`SELECT content FROM protocols WHERE id = $1`, [id]);
      if (!row) throw fault("not-found", `There is no label protocol ${id}.`);
      const protocol = loadProtocol(row.content);
      parsed.set(id, protocol);
      return protocol;
    },

    /** The sha256 of the protocol's canonical JSON (sorted keys, no spaces). */
    async sha256(id: string): Promise<string> {
      const [row] = await db.query<{ sha256: string }>(`SELECT sha256 FROM protocols WHERE id = $1`, [id]);
      if (!row) throw fault("not-found", `There is no label protocol ${id}.`);
      return row.sha256;
    },

    /** From now on this one is in use: the next iteration opens under it; one that is open keeps its own. */
    async use(id: string, by: string): Promise<void> {
      const rows = await db.query(
        `UPDATE protocols SET used_at = clock_timestamp(), used_by = $2 WHERE id = $1 RETURNING id`,
        [id, by],
      );
      if (rows.length === 0) throw fault("not-found", `There is no label protocol ${id}.`);
    },

    /** Where nobody ever put a protocol in use, the one published last is from now on: publishing another changes nothing. */
    async settleUse(): Promise<void> {
      await db.query(
        `UPDATE protocols SET used_at = created_at
          WHERE id = (SELECT id FROM protocols ORDER BY created_at DESC, id DESC LIMIT 1)
            AND NOT EXISTS (SELECT FROM protocols WHERE used_at IS NOT NULL)`,
      );
    },

    /** The ids of all that were published. */
    async ids(): Promise<string[]> {
      return (await db.query<{ id: string }>(`SELECT id FROM protocols`)).map(({ id }) => id);
    },

    /** The versions published under a protocol's name, other than `but`, latest first. */
    async versionsOf(name: string, but: string): Promise<Protocol[]> {
      const rows = await db.query<{ id: string }>(
        `SELECT id FROM protocols WHERE starts_with(id, $1 || '@') AND id <> $2 ORDER BY created_at DESC`,
        [name, but],
      );
      return Promise.all(rows.map(({ id }) => this.get(id)));
    },

    /** The protocol in use: the one used last, and where none ever was, the one published last. */
    async current(): Promise<Protocol> {
      const protocol = await this.newest();
      if (protocol) return protocol;
      throw fault("not-found", "No label protocol was published yet.", {
        hint: "The review service publishes one when it starts.",
      });
    },

    /** The protocol in use; undefined before the first was published. */
    async newest(): Promise<Protocol | undefined> {
      const [row] = await db.query<{ id: string }>(
        `SELECT id FROM protocols ORDER BY used_at DESC NULLS LAST, created_at DESC, id DESC LIMIT 1`,
      );
      return row && this.get(row.id);
    },
  };
}

function hashOf(document: Record<string, unknown>): string {
  return createHash("sha256")
    .update(JSON.stringify(sortKeys(document)))
    .digest("hex");
}
