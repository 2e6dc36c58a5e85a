/**
 * Something SQL can be sent to: the database itself, or one transaction of it. Placeholders are `$1`, `$2`, … A statement
 * with a name is planned once a connection: for what is sent hundreds of times a second, always with the same text.
 */
export interface Sql {
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[], name?: string): Promise<Row[]>;
}

/** An open transaction: what is written through it is committed together or not at all. */
export type Transaction = Sql;

/** The truth. `transaction` commits when `work` resolves and rolls back when it throws. */
export interface Database extends Sql {
  transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result>;
}
