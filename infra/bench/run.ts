import { readdir } from "node:fs/promises";

/** What a bench exports as `run`: a table for people and figures for machines. */
export interface BenchResult {
  /** Rows of cells; the first row is the head. */
  table: string[][];
  figures: Record<string, number>;
}

/** `npm run bench -- <name>`: runs infra/bench/<name>.ts, prints its table, and as the last line its figures as JSON. */
const [name = ""] = process.argv.slice(2);
const benches = (await readdir(new URL(".", import.meta.url)))
  .filter((file) => file.endsWith(".ts") && file !== "run.ts")
  .map((file) => file.slice(0, -".ts".length))
  .sort();

if (benches.includes(name)) {
  const bench: { run(): Promise<BenchResult> } = await import(`./${name}.ts`);
  const { table, figures } = await bench.run();
  process.stdout.write(`${align(table)}\n${JSON.stringify(figures)}\n`);
  process.exit(0);
}
const asked = name === "" ? "Name a bench" : `There is no bench "${name}"`;
process.stderr.write(`${asked}: npm run bench -- ${benches.join(" | ")}\n`);
process.exit(1);

function align(table: readonly string[][]): string {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => (row[column] ?? "").length)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
