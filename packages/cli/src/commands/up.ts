import { setTimeout as sleep } from "node:timers/promises";
import { systemApi } from "@anyone/contracts/system";
import { fault } from "@anyone/domain/fault";
import type { Command } from "commander";
import { wholeNumber } from "../numbers.ts";
import { makeOutput, table } from "../output.ts";
import { connect } from "../session.ts";
import { holderOf, homeFolder, noteKeyShown, runningState } from "../up/home.ts";
import { startPlatform } from "../up/start.ts";

/** `up`, `down`, `status`: the platform on this machine. */
export function addUp(program: Command): void {
  program
    .command("up")
    .description("start the platform on this machine and keep it running (Ctrl-C stops it)")
    .option("--port <number>", "port of the API and the dashboard (default: API_PORT, or 7070)", wholeNumber(1, 65_535))
    .option("--dev", "start a service again when its sources change")
    .addHelpText(
      "after",
      `
Everything lies in ANYONE_HOME (default .anyone): data, objects, secrets.json, and the logs under run/.
PostgreSQL and Valkey come with it; DATABASE_URL, REDIS_URL and OBJECTS_URL name servers of your own instead.
A second start on the same folder is refused. After a crash, start again: nothing is lost.`,
    )
    .action(async (options: { port?: number; dev?: boolean }) => {
      const output = makeOutput(program.opts<{ json?: boolean }>().json ?? false);
      const home = homeFolder();
      const stopping = untilStopped();
      const starting = startPlatform({ home, apiPort: options.port, watch: options.dev ?? false, say: output.say });
      const platform = await Promise.race([starting, stopping]);
      if (!platform) {
        output.say("stopped before everything had started; nothing is lost");
        // Whatever was started ends with this process.
        process.exit(130);
      }
      const { apiUrl: url, adminKey: key, keyShown } = platform;
      output.result({ url, pid: process.pid, ...(keyShown ? {} : { key }) }, () =>
        [
          `Annotate Anyone runs at ${url}`,
          ...(keyShown ? [] : ["", `Your key, shown this once: ${key}`, "Sign in to the dashboard with it."]),
        ].join("\n"),
      );
      if (!keyShown) noteKeyShown(home);
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
      signalTo(pid);
      for (let waited = 0; waited < 60 && holderOf(homeFolder()) !== undefined; waited += 1) {
        output.progress(`waiting for process ${pid} …`);
        await sleep(500);
      }
      if (holderOf(homeFolder()) !== undefined) {
        throw fault("timeout", `Process ${pid} has not stopped within 30 s.`, {
          hint: `It may be waiting for a request to end; \`kill -9 ${pid}\` ends it at once, and nothing is lost.`,
        });
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

function signalTo(pid: number): void {
  try {
    process.kill(pid, "SIGTERM");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return;
    throw fault("forbidden", `Process ${pid} belongs to another user.`, {
      hint: "Stop it as the user who started it.",
    });
  }
}
