import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
/**
 * The release compared with, and the newest of what it needs that runs on Python 3.11: what it leaves open moves on without it. Albumentations is held
 * below the rewrite, OpenCV on the build without a window system.
 */
const PACKAGES = [
  "img2dataset==1.47.0",
  "albumentations==1.4.24",
  "opencv-python-headless==4.14.0.94",
  "numpy==2.4.6",
  "pandas==2.3.3",
  "pyarrow==26.0.1",
  "webdataset==0.2.111",
];
const PROCESSES = 2;
const THREADS = 32;
/** Shards a process takes: its threads must not stand still while its last one ends. */
const SHARDS_EACH = 2;

/** Runs its command line and, as the last line, prints the processor time of all its processes. */
const MEASURED = `
import resource
from img2dataset.main import main
main()
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(sum(one.ru_utime + one.ru_stime for one in used))
`;

export interface Rate {
  accepted: number;
  seconds: number;
  /** Processor time, of all processes. */
  cpuSeconds: number;
}

/** Installs img2dataset into an environment of its own, once. */
export async function installImg2dataset(folder: string): Promise<string> {
  const python = join(folder, "bin", "python");
  const stamp = join(folder, "installed.txt");
  const wanted = PACKAGES.join("\n");
  if (existsSync(stamp) && (await readFile(stamp, "utf8")) === wanted) return folder;
  process.stderr.write(`installing ${PACKAGES[0]} into ${folder}, once, a minute and 800 MB\n`);
  await run(process.env.ANYONE_PYTHON ?? "python3", ["-m", "venv", folder]);
  await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PACKAGES], {
    maxBuffer: 2 ** 26,
  });
  await writeFile(stamp, wanted);
  return folder;
}

/**
 * Fetches the URLs with two processes of 32 threads, views of 640 pixels on the shorter side, sha256, and its own smallest size. Its start is
 * not counted: the time runs from its first shard's begin to its last shard's end, as its own statistics tell.
 */
export async function img2datasetRate(environment: string, urls: readonly string[], work: string): Promise<Rate> {
  await mkdir(work, { recursive: true });
  const list = join(work, "urls.txt");
  await writeFile(list, `${urls.join("\n")}\n`);
  const output = join(work, "out");
  const options = {
    url_list: list,
    input_format: "txt",
    output_folder: output,
    output_format: "webdataset",
    processes_count: PROCESSES,
    thread_count: THREADS,
    number_sample_per_shard: Math.ceil(urls.length / (PROCESSES * SHARDS_EACH)),
    image_size: 640,
    resize_mode: "keep_ratio",
    min_image_size: 640,
    compute_hash: "sha256",
    enable_wandb: "False",
  };
  const { stdout } = await run(
    join(environment, "bin", "python"),
    ["-c", MEASURED, ...Object.entries(options).map(([name, value]) => `--${name}=${value}`)],
    { maxBuffer: 2 ** 26, env: { ...process.env, NO_ALBUMENTATIONS_UPDATE: "1" } },
  );
  const shards = await Promise.all(
    (await readdir(output))
      .filter((file) => file.endsWith("_stats.json"))
      .map(async (file) => JSON.parse(await readFile(join(output, file), "utf8")) as Shard),
  );
  const [begin, end] = [Math.min(...shards.map((s) => s.start_time)), Math.max(...shards.map((s) => s.end_time))];
  return {
    accepted: shards.reduce((sum, { successes }) => sum + successes, 0),
    seconds: end - begin,
    cpuSeconds: Number(stdout.trim().split("\n").at(-1)),
  };
}

interface Shard {
  start_time: number;
  end_time: number;
  successes: number;
}
