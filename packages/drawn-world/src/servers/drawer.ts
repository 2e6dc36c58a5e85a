import { type ChildProcess, fork } from "node:child_process";
import { createHash } from "node:crypto";
import { access, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

export interface DrawerOptions {
  /** What is drawn is written here, under a folder named after the code that drew it. */
  cacheDir: string;
  /** Processes that draw; each takes one core for about half a second an image. */
  workers: number;
  /** Share of images with a defect, 0..1; undefined leaves it to the drawing. */
  defectShare?: number;
}

export interface Drawer {
  /**
   * The JPEG of one image: drawn now if it is not there. Handed out, it is deleted, for half a megabyte an image fills
   * disks; a seed draws the same bytes again.
   */
  picture(seed: number): Promise<Uint8Array>;
  /** The files that say what is true of one image. They stay. */
  truth(seed: number): Promise<TruthFiles>;
  /** How often this process has drawn, not counting what it found drawn. */
  drawn(): number;
  stop(): Promise<void>;
}

export interface TruthFiles {
  truth: string;
  parts: string;
}

/** Why a picture could not be drawn, as the child tells it. */
export type DrawReply = { seed: number; error?: string };

interface Wanted {
  seed: number;
  resolve: () => void;
  reject: (error: Error) => void;
}

/** Draws in child processes, one image at a time each, when somebody asks. */
export async function startDrawer(options: DrawerOptions): Promise<Drawer> {
  const folder = join(options.cacheDir, `${await fingerprint()}-${options.defectShare ?? "usual"}`);
  await mkdir(folder, { recursive: true });
  const wanted: Wanted[] = [];
  const running = new Map<number, Promise<void>>();
  const taken = new Map<number, Promise<Uint8Array>>();
  const idle: ChildProcess[] = [];
  const all = new Set<ChildProcess>();
  let count = 0;
  let stopped = false;

  function request(seed: number): Promise<void> {
    return once(running, seed, () => {
      const drawn = new Promise<void>((resolve, reject) => wanted.push({ seed, resolve, reject }));
      turn();
      return drawn;
    });
  }

  function turn(): void {
    if (stopped) return;
    while (wanted.length > 0) {
      const child = idle.pop() ?? (all.size < options.workers ? spawn() : undefined);
      if (!child) return;
      const next = wanted.shift();
      if (next) give(child, next);
    }
  }

  function spawn(): ChildProcess {
    const child = fork(new URL("./draw-child.ts", import.meta.url), [folder, String(options.defectShare ?? "")], {
      execArgv: [],
    });
    all.add(child);
    child.on("exit", () => all.delete(child));
    return child;
  }

  function give(child: ChildProcess, want: Wanted): void {
    const onExit = () => settle(new Error(`the drawing process ended while it drew seed ${want.seed}`));
    const onReply = (reply: DrawReply) => settle(reply.error === undefined ? undefined : new Error(reply.error));
    const settle = (error?: Error) => {
      child.off("exit", onExit).off("message", onReply);
      if (child.connected) idle.push(child);
      if (error) want.reject(error);
      else {
        count++;
        want.resolve();
      }
      turn();
    };
    child.once("exit", onExit).once("message", onReply as (message: unknown) => void);
    child.send({ seed: want.seed });
  }

  /** Draws a seed unless a file of it is there. */
  async function need(seed: number, path: string): Promise<void> {
    if (stopped) throw new Error("the drawn world has stopped");
    if (!(await present(path))) await request(seed);
  }

  async function take(seed: number): Promise<Uint8Array> {
    const path = join(folder, `${seed}.jpg`);
    await need(seed, path);
    const jpeg = await readFile(path);
    await rm(path, { force: true });
    return jpeg;
  }

  return {
    picture: (seed) => once(taken, seed, take),
    async truth(seed) {
      const files = { truth: join(folder, `${seed}.json`), parts: join(folder, `${seed}.parts.png`) };
      await need(seed, files.truth);
      return files;
    },
    drawn: () => count,
    async stop() {
      stopped = true;
      for (const { reject } of wanted.splice(0)) reject(new Error("the drawn world has stopped"));
      await Promise.all([...all].map((child) => new Promise((resolve) => child.once("exit", resolve).kill())));
    },
  };
}

/** Work on a seed is shared by all who ask while it runs. */
function once<T>(running: Map<number, Promise<T>>, seed: number, work: (seed: number) => Promise<T>): Promise<T> {
  const known = running.get(seed);
  if (known) return known;
  const promise = work(seed).finally(() => running.delete(seed));
  running.set(seed, promise);
  promise.catch(() => {});
  return promise;
}

function present(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Twelve digits of a hash over the drawing code: other code draws into another folder. */
async function fingerprint(): Promise<string> {
  const root = new URL("../", import.meta.url);
  const names = (await readdir(root, { recursive: true })).filter(
    (name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && !name.startsWith("servers"),
  );
  const hash = createHash("sha256");
  for (const name of names.sort()) hash.update(name).update(await readFile(new URL(name, root)));
  return hash.digest("hex").slice(0, 12);
}
