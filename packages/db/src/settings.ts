import { fault } from "@anyone/domain/fault";
import type { Database, Sql } from "@anyone/domain/transaction";
import { read } from "./browse/page.ts";

export interface SettingRow {
  key: string;
  value: unknown;
  version: number;
  updatedAt: string | null;
  updatedBy: string;
}

const SETTING = `select key, value, version, updated_at as "updatedAt", updated_by as "updatedBy" from settings`;

/** What the operator set under a key; undefined where the default stands. */
export async function readSetting(sql: Sql, key: string): Promise<SettingRow | undefined> {
  return (await read<SettingRow>(sql, `${SETTING} where key = $1`, [key]))[0];
}

export function listSettings(sql: Sql): Promise<SettingRow[]> {
  return read(sql, `${SETTING} order by key`);
}

/**
 * Sets a value that its schema has passed. `version` is the one the writer saw (0: none yet).
 *
 * @throws Fault `conflict` when somebody else wrote since.
 */
export function putSetting(
  db: Database,
  setting: { key: string; value: unknown; version?: number | undefined; by: string },
): Promise<SettingRow> {
  return db.transaction(async (tx) => {
    await tx.query("select pg_advisory_xact_lock(hashtext('settings'))");
    const before = await readSetting(tx, setting.key);
    if (setting.version !== undefined && setting.version !== (before?.version ?? 0)) {
      throw fault("conflict", `The setting "${setting.key}" was changed since, by ${before?.updatedBy ?? "nobody"}.`, {
        hint: "Read it again, then decide.",
      });
    }
    const [row] = await read<SettingRow>(
      tx,
      `insert into settings (key, value, updated_by) values ($1, $2, $3)
       on conflict (key) do update set value = excluded.value, version = settings.version + 1, updated_at = now(),
         updated_by = excluded.updated_by
       returning key, value, version, updated_at as "updatedAt", updated_by as "updatedBy"`,
      [setting.key, JSON.stringify(setting.value), setting.by],
    );
    return row as SettingRow;
  });
}
