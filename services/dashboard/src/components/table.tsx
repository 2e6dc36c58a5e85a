import type { Key, ReactNode } from "react";

export interface Column<Row> {
  head: ReactNode;
  /** Needed where two heads would read the same. */
  key?: string;
  cell: (row: Row) => ReactNode;
  /** Figures stand right. */
  right?: boolean;
  /** A CSS width. */
  width?: string;
  /** Long text is cut, its whole is in the title. */
  cut?: boolean;
  /** Sentences may take more than one line. */
  wrap?: boolean;
}

interface Props<Row> {
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => Key;
  empty?: ReactNode;
  onRow?: (row: Row) => void;
  selected?: Key | undefined;
  label: string;
}

export function Table<Row>({ columns, rows, rowKey, empty, onRow, selected, label }: Props<Row>) {
  if (rows.length === 0 && empty) return <>{empty}</>;
  return (
    <div className="overflow-x-auto">
      <table className="w-full border-collapse" aria-label={label}>
        <thead>
          <tr className="text-left text-xs text-faint">
            {columns.map((column) => (
              <th
                key={keyOf(column)}
                style={{ width: column.width }}
                className={`px-3 py-1.5 font-medium whitespace-nowrap ${column.right ? "text-right" : ""}`}
              >
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const key = rowKey(row);
            return (
              <tr
                key={key}
                onClick={onRow ? () => onRow(row) : undefined}
                aria-selected={selected === undefined ? undefined : selected === key}
                className={`border-t border-line ${onRow ? "cursor-pointer hover:bg-sunk" : ""} ${selected === key ? "bg-accent-soft" : ""}`}
              >
                {columns.map((column) => (
                  <td
                    key={keyOf(column)}
                    className={`px-3 py-1.5 align-middle ${column.right ? "text-right" : ""} ${column.cut ? "max-w-0 truncate" : column.wrap ? "" : "whitespace-nowrap"}`}
                  >
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

interface Paged {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

export function More({ of }: { of: Paged }) {
  if (!of.hasNextPage) return null;
  return (
    <button
      type="button"
      onClick={() => of.fetchNextPage()}
      disabled={of.isFetchingNextPage}
      className="w-full border-t border-line py-2 text-accent hover:bg-sunk"
    >
      {of.isFetchingNextPage ? "Reading…" : "Show more"}
    </button>
  );
}

function keyOf(column: { key?: string; head: ReactNode }): string {
  return column.key ?? String(column.head);
}
