import type { Category, Protocol } from "@anyone/domain/annotate/protocol";
import { paired, wordsOf } from "@anyone/domain/review/exported-answer";
import { harmlessCell } from "@anyone/domain/review/formula";
import pg from "pg";

/**
 * Answers as text, spelled by PostgreSQL itself: packed numbers become words by a constant object per protocol, so that a
 * copy keeps the order of its ids without a sort, and no row is taken apart and put together again on its way out. COPY
 * takes no parameters, so everything here is a literal.
 */

/** Categories are told apart from values in one key: more than any packed value without its second option. */
const CATEGORY = 100_000;
const MAIN = "CASE WHEN value >= 256 AND PAIRED THEN value % 256 ELSE value END";
const MOMENT = `to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** The columns of `ExportedAnswer` as csv takes them: cells that a spreadsheet would run are made harmless. */
export function csvColumns(protocols: readonly Protocol[]): string {
  const words = spelled(protocols, harmlessCell);
  return `id, asset_id, protocol_id, ${words.category},
    CASE WHEN value = -4 THEN 'other:' || text ELSE ${words.main} END, ${words.second},
    ${harmless("reviewer")}, iteration, purpose, milliseconds, ${MOMENT}, ${harmless("idempotency_key")}`;
}

/** The same as one JSON object in one column; what is absent has no key. */
export function jsonColumn(protocols: readonly Protocol[]): string {
  const words = spelled(protocols, JSON.stringify);
  return `concat('{"id":', id, ',"asset":"', asset_id, '","protocol":', to_json(protocol_id), ',"category":"', ${words.category},
    '","answer":', coalesce(CASE WHEN value = -4 THEN to_json('other:' || text)::text ELSE ${words.main} END, 'null'),
    ',"second":' || ${words.second}, ',"reviewer":', to_json(reviewer), ',"iteration":', iteration, ',"purpose":"', purpose,
    '"', ',"milliseconds":' || milliseconds, ',"answered_at":"', ${MOMENT}, '","key":', to_json(idempotency_key), '}')`;
}

function spelled(protocols: readonly Protocol[], spell: (word: string) => string) {
  const each = (make: (protocol: Protocol) => string) =>
    protocols.length === 0
      ? "NULL::text"
      : `CASE protocol_id ${protocols
          .map((protocol) => `WHEN ${pg.escapeLiteral(protocol.identity)} THEN ${make(protocol)}`)
          .join(" ")} END`;
  const inPairs = (protocol: Protocol) => `category IN (${[0, ...paired(protocol)].join(",")})`;
  const lookUp = (protocol: Protocol, value: string) =>
    `(${constant(protocol, spell)} ->> (category::int * ${CATEGORY} + ${value})::text)`;
  return {
    category: each(({ categories }) => `(${textArray(categories.map(({ id }) => id))})[category]`),
    main: each((protocol) => lookUp(protocol, MAIN.replace("PAIRED", inPairs(protocol)))),
    second: each(
      (protocol) => `CASE WHEN value >= 256 AND ${inPairs(protocol)} THEN ${lookUp(protocol, "value / 256 - 1")} END`,
    ),
  };
}

function constant({ categories }: Protocol, spell: (word: string) => string): string {
  const entries = categories.flatMap((category) =>
    [...wordsOf(category)].map(([value, word]) => [key(category, value), spell(word)]),
  );
  return `${pg.escapeLiteral(JSON.stringify(Object.fromEntries(entries)))}::jsonb`;
}

function key({ n }: Category, value: number): string {
  return String(n * CATEGORY + value);
}

/**
 * {@link harmlessCell} in SQL. Every sign that begins a formula, and the apostrophe, stands before the letters, so one
 * comparison tells for most texts.
 */
function harmless(column: string): string {
  return `CASE WHEN ascii(${column}) > 64 THEN ${column}
     WHEN ${column} ~ E'^''*[=+@\\t\\r\\n-]' THEN '''' || ${column} ELSE ${column} END`;
}

function textArray(texts: readonly string[]): string {
  return `'{${texts
    .map((text) => JSON.stringify(text))
    .join(",")
    .replaceAll("'", "''")}}'::text[]`;
}
