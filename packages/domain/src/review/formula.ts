/**
 * Text in a cell that a spreadsheet would take for a formula (OWASP, "CSV Injection"): it begins with one of these, as it
 * is or after apostrophes.
 */
const FORMULA = /^'*[=+\-@\t\r\n]/;

/** A cell that no spreadsheet runs: an apostrophe before what would be a formula. {@link readCell} takes it away again. */
export function harmlessCell(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** What was written by {@link harmlessCell}: `readCell(harmlessCell(text)) === text` for every text. */
export function readCell(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}
