import { parseArgs } from "node:util";
import { startWorld } from "./world.ts";

/** Serves a drawn world until it is told to stop, and prints one JSON line with its addresses. */
const { values } = parseArgs({
  options: {
    port: { type: "string", default: "7080" },
    "seed-from": { type: "string", default: "1" },
    count: { type: "string", default: "1000" },
    cache: { type: "string", default: ".anyone/drawn-world" },
    workers: { type: "string", default: "1" },
    ahead: { type: "string", default: "0" },
    trouble: { type: "string", default: "1" },
    "defect-share": { type: "string" },
  },
});

const world = await startWorld({
  port: Number(values.port),
  seedFrom: Number(values["seed-from"]),
  count: Number(values.count),
  cacheDir: values.cache,
  workers: Number(values.workers),
  ahead: Number(values.ahead),
  trouble: Number(values.trouble),
  defectShare: values["defect-share"] === undefined ? undefined : Number(values["defect-share"]),
});
const { url, allow, flickrEndpoint, laionFiles, apiKey } = world;
process.stdout.write(`${JSON.stringify({ url, allow, flickrEndpoint, laionFiles, apiKey })}\n`);

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => world.stop().then(() => process.exit(0)));
}
