import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { startPostgres } from "../embedded/postgres.ts";
import { choosePort, makeFolder } from "../embedded/server-process.ts";
import { startValkey } from "../embedded/valkey.ts";
import { readEnvironment, type Wanted } from "./environment.ts";
import { claimHome, loadSecrets, prepareHome } from "./home.ts";
import { keepStore } from "./keep-store.ts";
import { type Addresses, planProcesses } from "./processes.ts";
import { type Supervised, supervise } from "./supervise.ts";

export interface Platform {
  apiUrl: string;
  adminKey: string;
  /** Whether a person has seen the key: it is shown once. */
  keyShown: boolean;
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
    for (const end of stops.splice(0).reverse()) await end();
    claim.release();
  };
  try {
    const secrets = loadSecrets(home);
    const wanted = await readEnvironment(environment, options.apiPort);
    const addresses = await openStores(home, wanted, stops, say);
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
    return { apiUrl, adminKey: secrets.adminKey, keyShown: secrets.keyShown, processes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openStores(
  home: string,
  wanted: Wanted,
  stops: (() => Promise<void>)[],
  say: (text: string) => void,
): Promise<Addresses> {
  const ports = {
    apiPort: await choosePort("the API", wanted.apiPort),
    reviewPort: await choosePort("the review service"),
    trainerPort: await choosePort("the trainer"),
    inferencePort: await choosePort("the inference service"),
    healthPorts: {
      crawler: await choosePort("the crawler"),
      filter: await choosePort("the filter"),
      annotator: await choosePort("the annotator"),
    },
  };
  let { databaseUrl, redisUrl, objectsUrl } = wanted;
  if (!databaseUrl) {
    say("starting the embedded PostgreSQL …");
    const dir = join(home, "postgres");
    const postgres = await keepStore("PostgreSQL", (port) => startPostgres({ dir, port }), say);
    stops.push(() => postgres.stop());
    databaseUrl = postgres.url;
  }
  if (!redisUrl) {
    const dir = join(home, "valkey");
    const valkey = await keepStore("Valkey", (port) => startValkey({ dir, port }), say);
    stops.push(() => valkey.stop());
    redisUrl = valkey.url;
  }
  if (!objectsUrl) {
    const objects = join(home, "objects");
    await makeFolder("the object store", objects);
    objectsUrl = pathToFileURL(objects).href;
  }
  return { databaseUrl, redisUrl, objectsUrl, ...ports };
}
