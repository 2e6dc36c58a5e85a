import type { Database } from "@anyone/domain/transaction";
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { connectionFault } from "./connection-fault.ts";
import { PrismaClient } from "./generated/client.ts";
import { inTransaction } from "./transaction.ts";

export interface OpenDatabase extends Database {
  /** For ordinary queries inside this package; none of its types leave it. */
  readonly prisma: PrismaClient;
  /** For COPY, LISTEN and other work on one connection. */
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

/**
 * Opens the database at `url`. `max` is the number of connections this process may hold. No connection is made before
 * the first query; a lost one is replaced. Faults: `unavailable` when the server can't be reached.
 */
export function openDatabase(
  url: string,
  { max = 8, name = "anyone" }: { max?: number; name?: string } = {},
): OpenDatabase {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: name,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    // A stopped process must not hold row locks for ever; inside a transaction there is nothing to wait for but SQL.
    idle_in_transaction_session_timeout: 5_000,
  });
  // A connection that breaks reports it by this event too; whoever uses it sees the error of the query.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });

  return {
    prisma,
    pool,
    async query<Row>(text: string, values?: readonly unknown[], name?: string): Promise<Row[]> {
      try {
        return (await pool.query({ text, values: values as unknown[] | undefined, name })).rows as Row[];
      } catch (error) {
        throw connectionFault(error);
      }
    },
    transaction: (work) => inTransaction(pool, work),
    async close() {
      await prisma.$disconnect();
      if (!pool.ended) await pool.end();
    },
  };
}
