import { fault } from "@anyone/domain/fault";
import type { Sql } from "@anyone/domain/transaction";

/** One page of rows, and where the next one begins. */
export interface Page<Row> {
  items: Row[];
  nextCursor: string | null;
}

export interface PageRequest {
  cursor?: string | undefined;
  limit: number;
}

/** A list's SQL: the rows without `order by` and `limit`, and the two columns (a moment and an id) it is ordered by, latest first. */
export interface Listing {
  select: string;
  where: readonly Condition[];
  moment: string;
  id: string;
}

/** `sql` holds `?` for its value; an undefined value leaves the condition out. */
export interface Condition {
  sql: string;
  value: unknown;
}

/**
 * Reads one page by keyset, so that page 10,000 costs what page 1 costs and rows that come in between shift nothing.
 * The rows carry `cursorMoment` and `cursorId` beside what `select` names.
 */
export async function readPage<Row>(sql: Sql, listing: Listing, request: PageRequest): Promise<Page<Row>> {
  const values: unknown[] = [];
  const conditions = listing.where
    .filter((condition) => condition.value !== undefined)
    .map((condition) => condition.sql.replaceAll("?", () => `$${values.push(condition.value)}`));
  if (request.cursor !== undefined) {
    const [moment, id] = decode(request.cursor);
    conditions.push(
      `(${listing.moment}, ${listing.id}) < ($${values.push(moment)}::timestamptz, $${values.push(id)}::text)`,
    );
  }
  const where = conditions.length > 0 ? `where ${conditions.join(" and ")}` : "";
  const rows = await read<Row & { cursorMoment: string; cursorId: string }>(
    sql,
    `${listing.select.replace(/^\s*select /, `select ${listing.moment} as "cursorMoment", ${listing.id} as "cursorId", `)}
     ${where} order by ${listing.moment} desc, ${listing.id} desc limit $${values.push(request.limit + 1)}`,
    values,
  );
  const items = rows.slice(0, request.limit);
  const last = items.at(-1);
  const more = rows.length > request.limit && last !== undefined;
  return { items, nextCursor: more ? encode(last.cursorMoment, last.cursorId) : null };
}

/** Runs a query for people to read: moments come back as ISO 8601 strings in UTC, as the API carries them. One with a name is planned once a connection. */
export async function read<Row>(
  sql: Sql,
  text: string,
  values: readonly unknown[] = [],
  name?: string,
): Promise<Row[]> {
  const rows = await sql.query<Record<string, unknown>>(text, values, name);
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      if (value instanceof Date) row[name] = value.toISOString();
    }
  }
  return rows as Row[];
}

function encode(moment: string, id: string): string {
  return Buffer.from(JSON.stringify([moment, id])).toString("base64url");
}

function decode(cursor: string): [string, string] {
  try {
    const [moment, id] = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (typeof moment === "string" && typeof id === "string" && !Number.isNaN(Date.parse(moment))) {
      return [new Date(moment).toISOString(), id];
    }
  } catch {
    // said below
  }
  throw fault("bad-input", "The cursor is not one that this list gave out.", {
    hint: "Ask without a cursor, then pass on `nextCursor`.",
  });
}
