import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

/** What really happened, written by the test on a connection of its own, in transactions of its own. */
export const LOG_TABLES = `
  CREATE SCHEMA chaos;
  CREATE TABLE chaos.executions (
    execution uuid PRIMARY KEY,
    worker    int NOT NULL,
    stage     text NOT NULL,
    chunk     int NOT NULL,
    task      text NOT NULL,
    started   timestamptz NOT NULL DEFAULT clock_timestamp());
  -- What a task's commit leaves: no key forbids a second row, so what is doubled shows.
  CREATE TABLE chaos.effects (
    execution uuid NOT NULL,
    stage     text NOT NULL,
    item      int NOT NULL,
    at        timestamptz NOT NULL DEFAULT clock_timestamp());
`;

export interface ExecutionLog {
  begin(entry: { execution: string; worker: number; stage: string; chunk: number; task: string }): Promise<void>;
}

/** Writes until it is written: the log must know of every execution that may leave an effect. */
export function openExecutionLog(url: string): ExecutionLog {
  const pool = new pg.Pool({ connectionString: url, max: 2, application_name: "chaos log" });
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  return {
    async begin({ execution, worker, stage, chunk, task }) {
      for (;;) {
        try {
          await pool.query(
            `INSERT INTO chaos.executions (execution, worker, stage, chunk, task) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING`,
            [execution, worker, stage, chunk, task],
          );
          return;
        } catch {
          await sleep(50);
        }
      }
    },
  };
}
