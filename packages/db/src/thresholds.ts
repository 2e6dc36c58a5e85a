import { FILTER_GATES, Gates, gates as initial } from "@anyone/domain/filter/gate";
import type { Sql } from "@anyone/domain/transaction";
import { readSetting } from "./settings.ts";

/** The thresholds in force: what the operator set, or those that the filter brings. */
export async function readThresholds(sql: Sql): Promise<Gates> {
  const setting = await readSetting(sql, FILTER_GATES);
  return setting ? Gates.parse(setting.value) : initial;
}
