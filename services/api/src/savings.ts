import type { Savings } from "@anyone/contracts/people";
import { lastScored, readSavingsFacts } from "@anyone/db/savings";
import { readSetting } from "@anyone/db/settings";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { ReviewPolicy } from "@anyone/domain/review/policy";
import { measureSavings, WAGE_SETTING, Wage } from "@anyone/domain/review/savings";
import type { Sql } from "@anyone/domain/transaction";

/** The savings meter under a protocol: its counts, the wage and overlap that are set, and the last accuracy measured. */
export async function readSavings(db: Sql, protocol: Protocol): Promise<Savings> {
  const facts = await readSavingsFacts(db, protocol.identity);
  const wage = Wage.parse((await readSetting(db, WAGE_SETTING))?.value ?? {});
  const policy = ReviewPolicy.parse((await readSetting(db, "review.policy"))?.value ?? {});
  const report = await lastScored(db, protocol.identity);
  const answering = report?.promoted ? report.after : report?.before;
  const savings = measureSavings({
    ...facts,
    categories: protocol.categories.length,
    overlap: policy.evaluationOverlap,
    accuracy: answering?.all ?? null,
    wage,
  });
  return { protocolId: protocol.identity, ...savings, labeller: answering?.labeller ?? null };
}
