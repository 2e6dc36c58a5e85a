/** Text as it may stand in an element or a quoted attribute. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

/** A table whose first row is the heading. Columns of numbers stand to the right; every cell is escaped. */
export function htmlTable(rows: readonly (readonly (string | number)[])[]): string {
  const [head = [], ...body] = rows;
  const numeric = head.map((_, column) => body.length > 0 && body.every((row) => typeof row[column] === "number"));
  const cell = (tag: string) => (value: string | number, column: number) =>
    `<${tag}${numeric[column] ? ' class="number"' : ""}>${escaped(String(value))}</${tag}>`;
  return `<table><thead><tr>${head.map(cell("th")).join("")}</tr></thead><tbody>${body
    .map((row) => `<tr>${row.map(cell("td")).join("")}</tr>`)
    .join("")}</tbody></table>`;
}

/** One part of a page; `stage` is written before its title where there is one. */
export function htmlSection(stage: string, title: string, body: string): string {
  return `<section><h2>${stage ? `<span class="stage">${stage}</span> ` : ""}${title}</h2>${body}</section>`;
}
