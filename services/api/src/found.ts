import { fault } from "@anyone/domain/fault";

/** The row, or a fault that says what there is none of. */
export function found<Row>(row: Row | undefined, what: string): Row {
  if (row === undefined) throw fault("not-found", `There is no ${what}.`);
  return row;
}
