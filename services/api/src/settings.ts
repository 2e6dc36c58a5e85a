import type { Setting } from "@anyone/contracts/system";
import { listSettings, putSetting, readSetting, type SettingRow } from "@anyone/db/settings";
import { fault } from "@anyone/domain/fault";
import { RELEASE_POLICY, ReleasePolicy } from "@anyone/domain/release/policy";
import { ReviewPolicy } from "@anyone/domain/review/policy";
import { WAGE_SETTING, Wage } from "@anyone/domain/review/savings";
import { DEFAULT_BOUNDS, POOL_BOUNDS, PoolBounds } from "@anyone/domain/source/pool-watch";
import { DEFAULT_REFRESH, POOL_REFRESH, PoolRefresh } from "@anyone/domain/source/recheck";
import { LABELLER_TUNING, LabellerTuning } from "@anyone/domain/train/labeller-tuning";
import type { Database, Sql } from "@anyone/domain/transaction";
import { z } from "zod";

interface Known {
  schema: z.ZodType;
  /** What stands until the operator says otherwise. */
  initial: unknown;
}

/** Everything the operator may set. A value passes its schema before it is stored, so whoever reads it can trust it. */
const KNOWN: Readonly<Record<string, Known>> = {
  [POOL_BOUNDS]: { schema: PoolBounds, initial: DEFAULT_BOUNDS },
  [POOL_REFRESH]: { schema: PoolRefresh, initial: DEFAULT_REFRESH },
  "review.policy": { schema: ReviewPolicy, initial: ReviewPolicy.parse({}) },
  [WAGE_SETTING]: { schema: Wage, initial: Wage.parse({}) },
  [LABELLER_TUNING]: { schema: LabellerTuning, initial: LabellerTuning.parse({}) },
  [RELEASE_POLICY]: { schema: ReleasePolicy, initial: ReleasePolicy.parse({}) },
};

export async function allSettings(db: Sql): Promise<Setting[]> {
  const rows = new Map((await listSettings(db)).map((row) => [row.key, row]));
  return Object.entries(KNOWN).map(([key, known]) => shown(key, known, rows.get(key)));
}

export async function oneSetting(db: Sql, key: string): Promise<Setting> {
  return shown(key, knownOf(key), await readSetting(db, key));
}

export async function changeSetting(
  db: Database,
  change: { key: string; value: unknown; version?: number | undefined; by: string },
): Promise<Setting> {
  const known = knownOf(change.key);
  const value = known.schema.safeParse(change.value);
  if (!value.success) {
    const faults = value.error.issues.map((issue) => `${["value", ...issue.path].join(".")}: ${issue.message}`);
    throw fault("bad-input", `The value of "${change.key}" does not fit: ${faults.join("; ")}.`, {
      hint: `GET /v1/settings/${change.key} shows its schema.`,
    });
  }
  return shown(change.key, known, await putSetting(db, { ...change, value: value.data }));
}

function knownOf(key: string): Known {
  const known = Object.hasOwn(KNOWN, key) ? KNOWN[key] : undefined;
  if (known) return known;
  throw fault("not-found", `There is no setting "${key}".`, { hint: `There are ${Object.keys(KNOWN).join(", ")}.` });
}

function shown(key: string, known: Known, row: SettingRow | undefined): Setting {
  return {
    key,
    value: row?.value ?? known.initial,
    version: row?.version ?? 0,
    updatedAt: row?.updatedAt ?? null,
    updatedBy: row?.updatedBy ?? "default",
    schema: z.toJSONSchema(known.schema, { unrepresentable: "any", io: "input" }),
  };
}
