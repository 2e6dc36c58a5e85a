import { parseArgs } from "node:util";
import { startWorld } from "./world.ts";

/** Serves a drawn world until it is told to stop, and prints one JSON line with its addresses; datasets are written once it serves. */
const { values } = parseArgs({
  options: {
    port: { type: "string", default: "7080" },
    "seed-from": { type: "string", default: "1" },
    count: { type: "string", default: "1000" },
    cache: { type: "string", default: ".anyone/drawn-world" },
    workers: { type: "string", default: "1" },
    trouble: { type: "string", default: "1" },
    "defect-share": { type: "string" },
    datasets: { type: "string" },
    "dataset-size": { type: "string", default: "16" },
  },
});

const world = await startWorld({
  port: number("port"),
  seedFrom: number("seed-from"),
  count: number("count"),
  cacheDir: values.cache,
  workers: number("workers"),
  trouble: number("trouble"),
  defectShare: values["defect-share"] === undefined ? undefined : number("defect-share"),
}).catch((error: NodeJS.ErrnoException) => {
  if (error.code !== "EADDRINUSE") throw error;
  return refuse(
    `Port ${values.port} or one of the two after it is taken: choose others by --port, or 0 for free ones.`,
  );
});

function number(name: keyof typeof values): number {
  const value = Number(values[name]);
  return Number.isFinite(value) && value >= 0 ? value : refuse(`--${name} takes a number, not "${values[name]}".`);
}

function refuse(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => void world.stop().then(() => process.exit(0)));
}

const { requests: _, stop: __, writeDatasets: ___, ...addresses } = world;
process.stdout.write(`${JSON.stringify(addresses)}\n`);
if (values.datasets) await world.writeDatasets(values.datasets, number("dataset-size"));
