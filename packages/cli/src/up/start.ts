import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { startPostgres } from "../embedded/postgres.ts";
import { choosePort } from "../embedded/server-process.ts";
import { startValkey } from "../embedded/valkey.ts";
import { claimHome, loadSecrets, prepareHome } from "./home.ts";
import { type Addresses, planProcesses } from "./processes.ts";
import { type Supervised, supervise } from "./supervise.ts";

export interface Platform {
  apiUrl: string;
  adminKey: string;
  /** True at the installation's first start: the key is shown then, and only then. */
  firstStart: boolean;
  processes: Supervised;
  stop(): Promise<void>;
}

export interface StartOptions {
  home: string;
  apiPort?: number | undefined;
  watch?: boolean;
  /** GPU workers that take runs; one unless there are cores for more. */
  workers?: number;
  environment?: NodeJS.ProcessEnv;
  say: (text: string) => void;
}

/**
 * Starts the whole platform on this machine: the embedded stores that no variable replaces, then every service. What a
 * crashed start left behind is cleared; a folder in use is refused. When it fails, everything started is stopped again.
 */
export async function startPlatform(options: StartOptions): Promise<Platform> {
  const { home, say } = options;
  const environment = { ...process.env, ...options.environment };
  prepareHome(home);
  const claim = claimHome(home);
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of stops.reverse()) await end();
    claim.release();
  };
  try {
    const secrets = loadSecrets(home);
    const addresses = await openStores(home, environment, options.apiPort, stops, say);
    const plans = planProcesses({
      home,
      addresses,
      ...secrets,
      watch: options.watch ?? false,
      workers: options.workers ?? 1,
      environment,
    });
    say("starting the services …");
    const processes = await supervise(plans, { folder: join(home, "run"), say });
    stops.push(() => processes.stop());
    const apiUrl = `http://127.0.0.1:${addresses.apiPort}`;
    claim.publish(apiUrl);
    return { apiUrl, adminKey: secrets.adminKey, firstStart: secrets.fresh, processes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const API_PORT = 7070;

async function openStores(
  home: string,
  environment: NodeJS.ProcessEnv,
  apiPort: number | undefined,
  stops: (() => Promise<void>)[],
  say: (text: string) => void,
): Promise<Addresses> {
  const wanted = apiPort ?? (environment.API_PORT ? Number(environment.API_PORT) : API_PORT);
  const ports = {
    apiPort: await choosePort("the API", wanted),
    reviewPort: await choosePort("the review service"),
    trainerPort: await choosePort("the trainer"),
    inferencePort: await choosePort("the inference service"),
  };
  let databaseUrl = environment.DATABASE_URL;
  if (!databaseUrl) {
    say("starting the embedded PostgreSQL …");
    const postgres = await startPostgres({ dir: join(home, "postgres") });
    stops.push(() => postgres.stop());
    databaseUrl = postgres.url;
  }
  let redisUrl = environment.REDIS_URL;
  if (!redisUrl) {
    const valkey = await startValkey({ dir: join(home, "valkey") });
    stops.push(() => valkey.stop());
    redisUrl = valkey.url;
  }
  const objects = join(home, "objects");
  if (!environment.OBJECTS_URL) await mkdir(objects, { recursive: true });
  const objectsUrl = environment.OBJECTS_URL ?? pathToFileURL(objects).href;
  return { databaseUrl, redisUrl, objectsUrl, ...ports };
}
