import { type ChildProcess, fork } from "node:child_process";
import { processMemory } from "@anyone/runtime/process-memory";
import type { AsyncBuffer } from "hyparquet";
import type { Reply, Request } from "./parquet-process.ts";

/** Which rows of a file make a page. */
export interface Place {
  row: number;
  count: number;
}

/** What came of a page: rows, or why there are none. `ended`: its process was; `no-bytes`: the file itself could not be read. */
export type PageOutcome =
  | Exclude<Reply, { kind: "range" }>
  | { kind: "ended"; message: string }
  | { kind: "no-bytes"; error: unknown };

const START_TIMEOUT_MS = 60_000;
const LOOK_EVERY_MS = 50;
const IDLE_MS = 30_000;
/** Megabytes of its heap; a row group of a million URLs takes 200. */
const HEAP_MB = 768;
const MOST_MEMORY = 1536 * 2 ** 20;
/** Bytes read at once; a column of a row group of a million URLs has 100 MB. */
const MOST_RANGE = 256 * 2 ** 20;

/** A process that reads parquet, asked for one page at a time. */
export class ParquetReader {
  alive = true;
  readonly #child: ChildProcess;
  #settle: ((outcome: PageOutcome) => void) | undefined;
  #hear: (reply: Reply) => void = () => {};
  #idle: NodeJS.Timeout | undefined;

  constructor() {
    this.#child = fork(new URL("./parquet-process.ts", import.meta.url), {
      serialization: "advanced",
      execArgv: [`--max-old-space-size=${HEAP_MB}`],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const kill = () => this.#child.kill("SIGKILL");
    process.once("exit", kill);
    this.#child.on("error", () => {});
    this.#child.on("message", (reply: Reply) => this.#hear(reply));
    this.#child.once("exit", (code, signal) => {
      this.alive = false;
      process.off("exit", kill);
      clearTimeout(this.#idle);
      this.#settle?.({ kind: "ended", message: `its reader ended with ${signal ?? `code ${code}`}.` });
    });
  }

  /** @param limitMs the time that its process may work; from its start on, and without the time that it waits for bytes of the file */
  page(file: AsyncBuffer, at: Place, limitMs: number): Promise<PageOutcome> {
    clearTimeout(this.#idle);
    this.#hold(true);
    return new Promise((resolve) => {
      let settled = false;
      let left = limitMs;
      let since = performance.now();
      let timer = setTimeout(() => this.#giveUp("it did not start in time."), START_TIMEOUT_MS);
      const watch = setInterval(() => {
        if (processMemory(this.#child.pid) > MOST_MEMORY)
          this.#giveUp(`a page of it takes more than ${MOST_MEMORY >> 20} MB of memory.`);
      }, LOOK_EVERY_MS);
      this.#settle = (outcome) => {
        settled = true;
        clearTimeout(timer);
        clearInterval(watch);
        this.#settle = undefined;
        this.#hear = () => {};
        this.#hold(false);
        resolve(outcome);
      };
      let open = 0;
      let started = false;
      const work = () => {
        since = performance.now();
        timer = setTimeout(
          () => this.#giveUp(`a page of it takes longer than ${limitMs / 1000} s.`),
          Math.max(0, left),
        );
      };
      const pause = () => {
        if (started) left -= performance.now() - since;
        started = true;
        clearTimeout(timer);
      };
      this.#hear = (reply) => {
        if (reply.kind !== "range") return this.#settle?.(reply);
        if (open++ === 0) pause();
        rangeOf(file, reply).then(
          (bytes) => {
            if (settled) return;
            this.#tell({ kind: "range", id: reply.id, bytes });
            if (--open === 0) work();
          },
          (error: unknown) =>
            settled || this.end(error instanceof RangeError ? failed(error) : { kind: "no-bytes", error }),
        );
      };
      this.#tell({ kind: "page", byteLength: file.byteLength, ...at });
    });
  }

  endWhenIdle(): void {
    this.#idle = setTimeout(() => this.end(), IDLE_MS);
    this.#idle.unref();
  }

  #giveUp(message: string): void {
    this.end({ kind: "ended", message });
  }

  /** Ends it at once. */
  end(outcome?: PageOutcome): void {
    this.alive = false;
    this.#child.kill("SIGKILL");
    if (outcome) this.#settle?.(outcome);
  }

  #tell(request: Request): void {
    this.#child.send(request, (error) => {
      if (error) this.#giveUp(`its reader can't be asked: ${error.message}.`);
    });
  }

  /** A reader that nobody waits for keeps no process from ending. */
  #hold(held: boolean): void {
    if (held) this.#child.ref();
    else this.#child.unref();
    if (held) this.#child.channel?.ref();
    else this.#child.channel?.unref();
  }
}

/** Ranges that the file claims of itself are not believed. */
async function rangeOf(file: AsyncBuffer, { from, to }: { from: number; to: number }): Promise<ArrayBuffer> {
  const sound =
    Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && from <= to && to <= file.byteLength;
  if (!sound) throw new RangeError(`it leads to bytes ${from} to ${to} of ${file.byteLength}.`);
  if (to - from > MOST_RANGE) throw new RangeError(`a column of one row group has ${to - from} bytes.`);
  return file.slice(from, to);
}

function failed({ message }: RangeError): PageOutcome {
  return { kind: "failed", message };
}
