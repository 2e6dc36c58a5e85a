import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endLeftOver, type Launch, launch, makeFolder, type Server, untilReady } from "../embedded/server-process.ts";
import type { ProcessPlan } from "./processes.ts";

/** Generous: a busy machine may need a minute for what usually takes three seconds. */
const READY_WITHIN_MS = 120_000;
/** A process that ends is started again after a wait that doubles up to this; one that ran a minute starts afresh. */
const LONGEST_WAIT_MS = 30_000;

export interface Supervised {
  stop(): Promise<void>;
  /** Names and pids of what runs now. */
  running(): { name: string; pid: number; restarts: number }[];
}

export interface SuperviseOptions {
  /** Holds one folder per process with its log. */
  folder: string;
  say: (text: string) => void;
}

/** Starts every process, waits until each is ready, and starts again whichever ends until `stop` is called. */
export async function supervise(plans: readonly ProcessPlan[], options: SuperviseOptions): Promise<Supervised> {
  const keepers: Keeper[] = [];
  const stop = async () => {
    await Promise.all(keepers.map((keeper) => keeper.stop()));
  };
  try {
    for (const plan of plans) keepers.push(await Keeper.start(plan, options));
    await Promise.all(keepers.map((keeper) => keeper.ready));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    stop,
    running: () => keepers.map(({ plan, server, restarts }) => ({ name: plan.name, pid: server.pid, restarts })),
  };
}

/** Keeps one process running. */
class Keeper {
  readonly plan: ProcessPlan;
  readonly ready: Promise<void>;
  server: Omit<Server, "url">;
  restarts = 0;
  private readonly options: SuperviseOptions;
  private readonly start: Launch;
  private stopping = false;

  static async start(plan: ProcessPlan, options: SuperviseOptions): Promise<Keeper> {
    const folder = join(options.folder, plan.name);
    await makeFolder(plan.name, folder);
    await endLeftOver(folder, "TERM", plan.args.join(" "));
    const start: Launch = {
      name: plan.name,
      command: plan.command,
      args: plan.args,
      signal: "TERM",
      folder,
      environment: plan.environment,
    };
    return new Keeper(plan, options, start, await launch(start));
  }

  private constructor(plan: ProcessPlan, options: SuperviseOptions, start: Launch, server: Omit<Server, "url">) {
    this.plan = plan;
    this.options = options;
    this.start = start;
    this.server = server;
    this.ready = this.untilReady();
    // Awaited by supervise(); a failure before that must not end the process.
    this.ready.catch(() => {});
    void this.keep();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.server.stop();
  }

  private async untilReady(): Promise<void> {
    const { port } = this.plan;
    if (port !== undefined) await untilReady(this.start, this.server, () => answers(port), READY_WITHIN_MS);
  }

  private async keep(): Promise<void> {
    // What did not start is the start's to tell: again it would say the same.
    const started = await this.ready.then(
      () => true,
      () => false,
    );
    if (!started) return;
    let wait = 500;
    while (!this.stopping) {
      const startedAt = Date.now();
      await this.server.ended;
      if (this.stopping) return;
      wait = Date.now() - startedAt > 60_000 ? 500 : Math.min(wait * 2, LONGEST_WAIT_MS);
      this.options.say(
        `${this.plan.name} ended; starting it again in ${(wait / 1000).toFixed(0)} s (log: ${this.start.folder}/server.log)`,
      );
      await sleep(wait);
      if (this.stopping) return;
      this.restarts += 1;
      this.server = await launch(this.start).catch(() => this.server);
      // Asked to stop while it was being launched: the one that was told so was the one before.
      if (this.stopping) await this.server.stop();
    }
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    const end = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.setTimeout(500, () => end(false));
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}
