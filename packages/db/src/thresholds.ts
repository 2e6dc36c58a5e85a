import { createHash } from "node:crypto";
import { fault } from "@anyone/domain/fault";
import { canonicalJson } from "@anyone/domain/filter/canonical";
import type { DialKey } from "@anyone/domain/filter/dials";
import type { Gates } from "@anyone/domain/filter/gate";
import {
  changeThresholds,
  SetThresholds,
  thresholdsHash,
  thresholdsWith,
  type SetThresholds as Values,
} from "@anyone/domain/filter/thresholds";
import type { Database, Sql, Transaction } from "@anyone/domain/transaction";
import { read } from "./browse/page.ts";
import { recordEvent } from "./events.ts";

/** The thresholds in force, who made them and since when each stands. */
export interface ThresholdsInForce {
  gates: Gates;
  hash: string;
  /** Null, as `madeBy`, while the filter's own stand that nobody ever changed. */
  madeAt: string | null;
  madeBy: string | null;
  note: string | null;
  /** When a threshold got the value that it has; those never set are missing. */
  since: ReadonlyMap<DialKey, string>;
}

interface VersionRow {
  id: number;
  values: unknown;
  note: string | null;
  madeBy: string;
  madeAt: string;
}

const VERSION = `select id, "values", note, made_by as "madeBy", made_at as "madeAt" from threshold_versions`;

/** The thresholds in force: what the operator set last, on top of those that the filter brings. */
export async function readThresholds(sql: Sql): Promise<Gates> {
  const [newest] = await read<VersionRow>(sql, `${VERSION} order by id desc limit 1`);
  return gatesOf(newest);
}

/** The thresholds in force, which nobody sets anew until the transaction ends. Many may hold them at once. */
export async function holdThresholds(tx: Transaction): Promise<Gates> {
  await tx.query("SELECT pg_advisory_xact_lock_shared(hashtext('thresholds'))");
  return readThresholds(tx);
}

/** The thresholds in force with their history. */
export async function readThresholdsInForce(sql: Sql): Promise<ThresholdsInForce> {
  const versions = await read<VersionRow>(sql, `${VERSION} order by id`);
  const newest = versions.at(-1);
  const gates = gatesOf(newest);
  const { madeAt = null, madeBy = null, note = null } = newest ?? {};
  return { gates, hash: thresholdsHash(gates, sha256), madeAt, madeBy, note, since: sinceWhen(versions) };
}

/**
 * Sets some thresholds and leaves the others as they are. What changes nothing makes no version. `version` is the one that the writer saw.
 *
 * @throws Fault `bad-input` when one does not fit, `conflict` when somebody else set others since
 */
export function setThresholds(
  db: Database,
  {
    change,
    note,
    by,
    version,
  }: {
    change: Readonly<Record<string, number | null>>;
    note: string | undefined;
    by: string;
    version?: string | undefined;
  },
): Promise<ThresholdsInForce> {
  return db.transaction(async (tx) => {
    await tx.query("SELECT pg_advisory_xact_lock(hashtext('thresholds'))");
    const [newest] = await read<VersionRow>(tx, `${VERSION} order by id desc limit 1`);
    const standing = gatesOf(newest).version;
    if (version !== undefined && version !== standing) {
      throw fault("conflict", `The thresholds were set since, by ${newest?.madeBy ?? "nobody"}: ${standing} stand.`, {
        hint: "Read them again, then decide.",
      });
    }
    const before = SetThresholds.parse(newest?.values ?? {});
    const after = changeThresholds(before, change);
    if (canonicalJson(before) === canonicalJson(after)) return readThresholdsInForce(tx);
    await add(tx, after, { note, by });
    const now = await readThresholdsInForce(tx);
    const said = Object.entries(change).map(([name, value]) => `${name} ${value ?? "off"}`);
    await recordEvent(tx, {
      ...{ stage: "filter", kind: "thresholds-set" },
      text: `${by} set thresholds ${now.gates.version}: ${said.join(", ")}`,
      data: { version: now.gates.version, hash: now.hash },
    });
    return now;
  });
}

async function add(tx: Transaction, values: Values, { note, by }: { note: string | undefined; by: string }) {
  await tx.query(`INSERT INTO threshold_versions ("values", hash, note, made_by) VALUES ($1, $2, $3, $4)`, [
    JSON.stringify(values),
    thresholdsHash(thresholdsWith(values, 0), sha256),
    note ?? null,
    by,
  ]);
}

/** The moment of the version from which on each threshold had the value that it has in the last. */
function sinceWhen(versions: readonly VersionRow[]): Map<DialKey, string> {
  const since = new Map<DialKey, string>();
  let before: Values = {};
  for (const { values, madeAt } of versions) {
    const now = SetThresholds.parse(values);
    for (const key of new Set([...Object.keys(before), ...Object.keys(now)]) as Set<DialKey>) {
      if (before[key] !== now[key]) since.set(key, madeAt);
    }
    before = now;
  }
  return since;
}

function gatesOf(version: VersionRow | undefined): Gates {
  return version ? thresholdsWith(SetThresholds.parse(version.values), version.id) : thresholdsWith({}, 0);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
