import { parseArgs } from "node:util";
import { env } from "../support/env.ts";
import { databaseUrl, withClient } from "../support/postgres.ts";
import { openStores } from "../support/stores.ts";
import { ABLATIONS, type Ablation } from "./ablations.ts";
import { runChaos } from "./run-chaos.ts";
import { isFlawless } from "./verdict.ts";

/** `npm run chaos -- --seed N --tasks 1000 [--ablate fence|reconciler|unique]`: 0 when nothing was lost or doubled. */
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    tasks: { type: "string", default: "1000" },
    ablate: { type: "string" },
  },
});
const seed = Number(values.seed);
const tasks = Number(values.tasks);
const ablate = values.ablate as Ablation | undefined;
if (
  !Number.isSafeInteger(seed) ||
  !Number.isSafeInteger(tasks) ||
  tasks < 1 ||
  (ablate && !ABLATIONS.includes(ablate))
) {
  process.stderr.write(`Say --seed <number> --tasks <number> [--ablate ${ABLATIONS.join("|")}].\n`);
  process.exit(2);
}

const stores = openStores();
try {
  const { adminUrl, template } = await stores.postgres();
  const name = template.replace(/_template$/, "_chaos");
  await withClient(adminUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  const { url: redisUrl } = await stores.redis();
  const report = await runChaos({
    seed,
    tasks,
    ablate,
    databaseUrl: databaseUrl(adminUrl, name),
    redisUrl,
    flush: !env.redisUrl,
  });
  process.stdout.write(`${JSON.stringify({ seed, tasks, ablate, ...report })}\n`);
  const flawless = isFlawless(report);
  process.stdout.write(
    flawless ? "nothing was lost, nothing was doubled\n" : `lost ${report.lost}, doubled ${report.doubled}\n`,
  );
  process.exitCode = flawless ? 0 : 1;
} finally {
  await stores.close();
}
process.exit();
