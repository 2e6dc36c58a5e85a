import { type ChildProcess, fork } from "node:child_process";
import { fault } from "@anyone/domain/fault";
import type { Gates } from "@anyone/domain/filter/gate";
import { processMemory } from "@anyone/runtime/process-memory";
import type { About, Measured } from "@anyone/vision/measure";
import type { Reply, Request } from "./measure-process.ts";

/** What came of one picture. `unmeasurable`: it crashed, hung, filled or failed two processes, alone in each. */
export type Answer = Measured | { drop: "unmeasurable"; detail: string };

/** Measures pictures in processes that may be killed. */
export interface MeasurePool {
  /**
   * `load` is called when a process is free, so that waiting pictures take no memory. Rejects when it does, when no picture can be
   * measured at all (missing models), or when the pool is closed.
   */
  measure(load: () => Promise<Uint8Array>, gates: Gates, about?: About): Promise<Answer>;
  close(): Promise<void>;
}

export interface PoolOptions {
  /** Folder of the converted models. */
  models: string;
  /** Pictures measured at the same time. */
  size: number;
  /** A picture that takes longer has hung its decoder. */
  timeoutMs?: number;
  /** A picture that brings its process over this much memory ends it; a process that kept as much of those before is renewed. */
  mostMemory?: number;
  /** A process with nothing to do gives its memory back after this long. */
  idleMs?: number;
  /** The child's program; tests put a misbehaving one here. */
  program?: URL;
}

const TRIES = 2;
const START_TIMEOUT_MS = 60_000;
/** Bytes of memory of one process; one that has settled holds some 410 MiB. */
const MOST_MEMORY = 512 * 2 ** 20;
/** How often a measuring process is looked at. A decoder fills some 100 MB in that time. */
const LOOK_EVERY_MS = 50;
/**
 * A picture leaves 17 MB outside the heap (views, inputs, outputs). At V8's first limit that is a full collection a picture, 10 to 20 ms
 * of a core each; with this one it is one in four, for 60 MB of memory.
 */
export const HEAP = "--initial-old-space-size=96";
/** What a process frees goes back to the machine: glibc's heap for each thread keeps 80 MB of a picture's buffers. */
const FEW_HEAPS = { MALLOC_ARENA_MAX: "2" };

/** Starts no process before the first picture. */
export function openMeasurePool(options: PoolOptions): MeasurePool {
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  const waiting: { take: (worker: Worker) => void; refuse: (error: Error) => void }[] = [];
  let closed = false;

  async function acquire(): Promise<Worker> {
    for (let worker = idle.pop(); worker; worker = idle.pop()) if (worker.alive) return worker;
    if (all.size < options.size) return start();
    return new Promise((take, refuse) => waiting.push({ take, refuse }));
  }

  /** A process that has measured nothing yet: one that has is ended for it. */
  async function acquireFresh(): Promise<Worker> {
    const worker = await acquire();
    if (worker.isFresh) return worker;
    worker.onEnd = () => all.delete(worker); // its place is taken
    const fresh = start();
    await worker.end();
    return fresh;
  }

  async function start(): Promise<Worker> {
    const worker = new Worker(options);
    all.add(worker);
    worker.onEnd = () => {
      all.delete(worker);
      const next = waiting.shift();
      if (next && !closed) start().then(next.take, next.refuse);
    };
    await worker.ready;
    return worker;
  }

  function release(worker: Worker): void {
    if (!worker.alive) return;
    if (worker.isOverFull()) return void worker.end();
    const next = waiting.shift();
    if (next) next.take(worker);
    else {
      idle.push(worker);
      worker.endWhenIdle(options.idleMs ?? 60_000);
    }
  }

  return {
    async measure(load, gates, about) {
      let detail = "";
      for (let attempt = 0; attempt < TRIES; attempt++) {
        if (closed) throw fault("unavailable", "The filter is closing.");
        // What a process holds of the pictures before leaves less room than a picture may need.
        const worker = await (attempt === 0 ? acquire() : acquireFresh());
        try {
          const outcome = await worker.ask(
            { bytes: await load(), gates, ...(about && { about }) },
            options.timeoutMs ?? 30_000,
          );
          if (outcome.ok) return outcome.measured;
          detail = outcome.detail;
        } finally {
          release(worker);
        }
      }
      return { drop: "unmeasurable", detail };
    },
    async close() {
      closed = true;
      for (const { refuse } of waiting.splice(0)) refuse(fault("unavailable", "The filter is closing."));
      await Promise.all([...all].map((worker) => worker.end()));
    },
  };
}

type Outcome = { ok: true; measured: Measured } | { ok: false; detail: string };

/** One child process, asked one picture at a time. */
class Worker {
  readonly ready: Promise<void>;
  alive = true;
  onEnd: () => void = () => {};
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #settle: ((outcome: Outcome) => void) | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #asked = 0;
  readonly #mostMemory: number;

  constructor({ models, program, mostMemory = MOST_MEMORY }: PoolOptions) {
    this.#mostMemory = mostMemory;
    this.#child = fork(program ?? new URL("./measure-process.ts", import.meta.url), [models], {
      serialization: "advanced",
      execArgv: [HEAP],
      env: { ...process.env, ...FEW_HEAPS },
    });
    this.#child.on("error", () => {});
    this.#ended = new Promise((resolve) => {
      this.#child.once("exit", (code, signal) => {
        this.alive = false;
        clearTimeout(this.#idleTimer);
        this.#finish({ ok: false, detail: `the measuring process ended with ${signal ?? `code ${code}`}` });
        this.onEnd();
        resolve();
      });
    });
    this.ready = this.#started();
    this.#child.on("message", (reply: Reply) => this.#hear(reply));
  }

  get isFresh(): boolean {
    return this.alive && this.#asked === 0;
  }

  ask(picture: Omit<Request, "id">, timeoutMs: number): Promise<Outcome> {
    clearTimeout(this.#idleTimer);
    return new Promise((resolve) => {
      const giveUp = (detail: string) => {
        this.#finish({ ok: false, detail });
        void this.end();
      };
      const timer = setTimeout(() => giveUp(`it took longer than ${timeoutMs} ms`), timeoutMs);
      const watch = setInterval(() => {
        if (this.isOverFull()) giveUp(`it took more than ${this.#mostMemory >> 20} MB of memory`);
      }, LOOK_EVERY_MS);
      this.#settle = (outcome) => {
        clearTimeout(timer);
        clearInterval(watch);
        resolve(outcome);
      };
      const request: Request = { id: ++this.#asked, ...picture };
      this.#child.send(request, (error) => {
        if (error) this.#finish({ ok: false, detail: error.message });
      });
    });
  }

  /** Looked at from outside, where a decoder that does not come back can't hinder it; only Linux tells. */
  isOverFull(): boolean {
    return processMemory(this.#child.pid) > this.#mostMemory;
  }

  endWhenIdle(ms: number): void {
    this.#idleTimer = setTimeout(() => void this.end(), ms);
    this.#idleTimer.unref();
  }

  end(): Promise<void> {
    this.alive = false;
    this.#child.kill("SIGKILL");
    return this.#ended;
  }

  #started(): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (message: string) => {
        clearTimeout(timer);
        this.#child.kill("SIGKILL");
        reject(fault("bad-environment", `The filter can't measure pictures: ${message}`));
      };
      const timer = setTimeout(() => fail("its process did not start in time"), START_TIMEOUT_MS);
      this.#child.once("exit", (code, signal) => fail(`its process ended with ${signal ?? `code ${code}`}`));
      this.#child.on("message", (reply: Reply) => {
        if (reply.kind === "ready") {
          clearTimeout(timer);
          resolve();
        } else if (reply.kind === "broken") fail(reply.message);
      });
    });
  }

  #hear(reply: Reply): void {
    if (!("id" in reply) || reply.id !== this.#asked) return;
    if (reply.kind === "measured") this.#finish({ ok: true, measured: reply.measured });
    else this.#finish({ ok: false, detail: reply.message });
  }

  #finish(outcome: Outcome): void {
    this.#settle?.(outcome);
    this.#settle = undefined;
  }
}
