/** What a command says: tables for people, one JSON document with `--json`. Progress goes to standard error. */
export interface Output {
  readonly json: boolean;
  /** The command's result. `text` is called only when a person reads. */
  result(value: unknown, text: () => string): void;
  /** A line about what goes on; overwritten in place on a terminal. Silent with `--json`. */
  progress(text: string): void;
  /** A step of something long: a line as of `progress`, or with `--json` one JSON object in a line of standard error. */
  step(value: unknown, text: string): void;
  /** A line that stays. Silent with `--json`. */
  say(text: string): void;
}

export function makeOutput(json: boolean): Output {
  const inPlace = process.stderr.isTTY;
  let shown = "";
  const clear = () => {
    if (inPlace && shown) process.stderr.write(`\r${" ".repeat(shown.length)}\r`);
    shown = "";
  };
  const progress = (text: string) => {
    if (json || text === shown) return;
    clear();
    process.stderr.write(inPlace ? text : `${text}\n`);
    shown = text;
  };
  let told = "";
  return {
    json,
    progress,
    step(value, text) {
      const line = JSON.stringify(value);
      if (!json) progress(text);
      else if (line !== told) process.stderr.write(`${line}\n`);
      told = line;
    },
    result(value, text) {
      clear();
      process.stdout.write(`${json ? JSON.stringify(value, null, 2) : text()}\n`);
    },
    say(text) {
      if (json) return;
      clear();
      process.stderr.write(`${text}\n`);
    },
  };
}

/** Columns aligned by spaces; the first row is the heading. Numbers stand to the right. */
export function table(rows: readonly (readonly (string | number | null)[])[]): string {
  const cells = rows.map((row) => row.map((cell) => (cell === null ? "–" : String(cell))));
  const widths = cells.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(widest[column] ?? 0, cell.length)),
    [],
  );
  const numeric = widths.map((_, column) => rows.slice(1).every((row) => typeof row[column] !== "string"));
  return cells
    .map((row) =>
      row
        .map((cell, column) =>
          numeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
