import type { Transaction } from "@anyone/domain/transaction";
import type pg from "pg";
import { connectionFault } from "./connection-fault.ts";

/** Commits when `work` resolves, rolls back when it throws. A connection that can't be rolled back is thrown away. */
export async function inTransaction<Result>(
  pool: pg.Pool,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect().catch((error) => {
    throw connectionFault(error);
  });
  const tx: Transaction = {
    query: async (text, values, name) =>
      (await client.query({ text, values: values as unknown[] | undefined, name })).rows,
  };
  let broken = false;
  try {
    await client.query("BEGIN");
    const result = await work(tx);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {
      broken = true;
    });
    throw connectionFault(error);
  } finally {
    client.release(broken);
  }
}
