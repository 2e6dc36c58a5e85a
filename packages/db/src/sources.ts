import { fault } from "@anyone/domain/fault";
import { SourceId } from "@anyone/domain/ids";
import { KINDS_OF_SOURCES } from "@anyone/domain/source/kinds";
import { type Source, SourceSettings } from "@anyone/domain/source/source";
import type { Sql } from "@anyone/domain/transaction";

export type NewSource = Pick<Source, "id" | "settings"> & Partial<Pick<Source, "enabled" | "automatic">>;

export interface SourceRepository {
  all(): Promise<Source[]>;
  /** Fault `not-found` when there is none. */
  get(id: SourceId): Promise<Source>;
  /**
   * Adds a source or replaces its settings; other settings are another place, so the cursor is forgotten with them. Fault `conflict` when
   * images came from it and the kind is another: their terms would change with it.
   */
  save(source: NewSource): Promise<void>;
}

export function sourceRepository(db: Sql): SourceRepository {
  return {
    async all() {
      return (await db.query<SourceRow>(`${SELECT} ORDER BY id`)).map(fromRow);
    },

    async get(id) {
      const [row] = await db.query<SourceRow>(`${SELECT} WHERE id = $1`, [id]);
      if (!row) throw fault("not-found", `There is no source "${id}".`);
      return fromRow(row);
    },

    async save({ id, settings, enabled = true, automatic = KINDS_OF_SOURCES[settings.kind].automatic }) {
      const saved = await db.query(
        `INSERT INTO sources AS known (id, connector, settings, enabled, automatic) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO UPDATE SET
           connector = excluded.connector, settings = excluded.settings, enabled = excluded.enabled, automatic = excluded.automatic,
           cursor = CASE WHEN known.settings = excluded.settings THEN known.cursor END,
           exhausted_at = CASE WHEN known.settings = excluded.settings THEN known.exhausted_at END
         WHERE known.connector = excluded.connector OR NOT EXISTS (SELECT FROM candidates WHERE source_id = known.id)
         RETURNING id`,
        [id, settings.kind, JSON.stringify(SourceSettings.parse(settings)), enabled, automatic],
      );
      if (saved.length === 0) {
        throw fault("conflict", `Images came from "${id}" under the terms of its kind, which stays as it is.`, {
          hint: `Give the ${settings.kind} source another name.`,
        });
      }
    },
  };
}

interface SourceRow {
  id: string;
  settings: unknown;
  enabled: boolean;
  automatic: boolean;
  cursor: string | null;
  exhausted_at: Date | null;
}

const SELECT = "SELECT id, settings, enabled, automatic, cursor, exhausted_at FROM sources";

function fromRow(row: SourceRow): Source {
  return {
    id: SourceId.parse(row.id),
    settings: SourceSettings.parse(row.settings),
    enabled: row.enabled,
    automatic: row.automatic,
    cursor: row.cursor,
    exhaustedAt: row.exhausted_at,
  };
}
