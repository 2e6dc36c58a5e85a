import { appendFileSync } from "node:fs";

/** The filter's measuring process, which leaves a line where the test counts how often one had to be started. */
appendFileSync(process.env.MEASURE_PROCESSES ?? "", `${process.pid}\n`);
await import("@anyone/filter/measure-process");
