import { setTimeout as sleep } from "node:timers/promises";
import { systemApi } from "@anyone/contracts/system";
import type { Command } from "commander";
import { makeOutput, table } from "../output.ts";
import { connect } from "../session.ts";
import { holderOf, homeFolder, runningState } from "../up/home.ts";
import { startPlatform } from "../up/start.ts";

/** `up`, `down`, `status`: the platform on this machine. */
export function addUp(program: Command): void {
  program
    .command("up")
    .description("start the platform on this machine and keep it running (Ctrl-C stops it)")
    .option("--port <number>", "port of the API and the dashboard", parsePort)
    .option("--dev", "start a service again when its sources change")
    .action(async (options: { port?: number; dev?: boolean }) => {
      const output = makeOutput(program.opts<{ json?: boolean }>().json ?? false);
      const stopping = untilStopped();
      const platform = await startPlatform({
        home: homeFolder(),
        apiPort: options.port,
        watch: options.dev ?? false,
        say: output.say,
      });
      output.result({ url: platform.apiUrl, pid: process.pid }, () =>
        [
          `Annotate Anyone runs at ${platform.apiUrl}`,
          ...(platform.firstStart
            ? ["", `Your key, shown this once: ${platform.adminKey}`, "Sign in to the dashboard with it."]
            : []),
        ].join("\n"),
      );
      await stopping;
      output.say("stopping …");
      await platform.stop();
      process.exit(0);
    });

  program
    .command("down")
    .description("stop the platform that runs from this folder")
    .action(async () => {
      const output = makeOutput(program.opts<{ json?: boolean }>().json ?? false);
      const pid = holderOf(homeFolder());
      if (pid === undefined) {
        output.result({ stopped: false }, () => "Nothing runs from this folder.");
        return;
      }
      process.kill(pid, "SIGTERM");
      for (let waited = 0; waited < 60 && holderOf(homeFolder()) !== undefined; waited += 1) {
        output.progress(`waiting for process ${pid} …`);
        await sleep(500);
      }
      output.result({ stopped: true, pid }, () => `Stopped (process ${pid}).`);
    });

  program
    .command("status")
    .description("show the seven stages: what waits, what moves, what was dropped and why")
    .action(async () => {
      const output = makeOutput(program.opts<{ json?: boolean }>().json ?? false);
      const { client, url } = connect();
      const overview = await client.call(systemApi.overview);
      output.result({ url, pid: runningState(homeFolder())?.pid ?? null, ...overview }, () => {
        const rows = overview.stages.map(({ stage, tasks, lastMinute, counts }) => [
          stage,
          tasks.ready,
          tasks.leased,
          tasks.dead,
          Math.round(tasks.oldestReadySeconds),
          lastMinute,
          counts.map(({ name, count }) => `${count} ${name}`).join(", "),
        ]);
        return [url, "", table([["stage", "ready", "leased", "dead", "oldest s", "last min", "holds"], ...rows])].join(
          "\n",
        );
      });
    });
}

/** Resolves at the first SIGINT, SIGTERM or SIGHUP; a second one ends the process at once. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        if (asked) process.exit(1);
        asked = true;
        resolve();
      });
    }
  });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`${text} is no port: a number from 1 to 65535`);
  return port;
}
