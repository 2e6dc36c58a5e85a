import { connect } from "node:net";
import { fault } from "@anyone/domain/fault";
import { shared } from "@anyone/runtime/env";

/** Where the operator wants things, checked before anything is started; what is absent is embedded. */
export interface Wanted {
  apiPort: number;
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  objectsUrl: string | undefined;
}

const API_PORT = 7070;

/**
 * Reads the addresses in the environment and knocks at those of other servers.
 *
 * @throws Fault `bad-environment`, naming the variable and the way out.
 */
export async function readEnvironment(environment: NodeJS.ProcessEnv, apiPort?: number): Promise<Wanted> {
  const wanted = {
    apiPort: apiPort ?? portOf(environment.API_PORT),
    databaseUrl: address("DATABASE_URL", environment),
    redisUrl: address("REDIS_URL", environment),
    objectsUrl: address("OBJECTS_URL", environment),
  };
  check("S3_ENDPOINT", environment);
  check("LOG_LEVEL", environment);
  if (wanted.databaseUrl) await knock("DATABASE_URL", "PostgreSQL", wanted.databaseUrl, 5432);
  if (wanted.redisUrl) await knock("REDIS_URL", "Redis", wanted.redisUrl, 6379);
  return wanted;
}

function portOf(text: string | undefined): number {
  if (!text) return API_PORT;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw fault("bad-environment", `API_PORT is "${text}", which is no port.`, {
    hint: `Set a number from 1 to 65535, or unset it for ${API_PORT}.`,
  });
}

function address(name: "DATABASE_URL" | "REDIS_URL" | "OBJECTS_URL", environment: NodeJS.ProcessEnv) {
  check(name, environment);
  return environment[name] || undefined;
}

/** What every service would refuse is refused before anything is started. */
function check(name: keyof typeof shared, environment: NodeJS.ProcessEnv): void {
  const value = environment[name];
  if (!value) return;
  const { error } = shared[name].safeParse(value);
  if (!error) return;
  throw fault("bad-environment", `${name} is not usable: ${error.issues[0]?.message}.`, {
    hint: `Correct ${name}, or unset it for what comes with the platform.`,
  });
}

const PATIENCE_MS = 3_000;

/** Whether anybody answers is all that can be asked here; whether it lets us in, the services say. */
async function knock(name: string, server: string, url: string, defaultPort: number): Promise<void> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "") || "127.0.0.1";
  const failure = await new Promise<string | undefined>((resolve) => {
    const socket = connect({ host, port: Number(port || defaultPort) });
    const end = (why?: string) => {
      socket.destroy();
      resolve(why);
    };
    socket.setTimeout(PATIENCE_MS, () => end("no answer"));
    socket.once("connect", () => end());
    socket.once("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
  if (failure === undefined) return;
  throw fault("bad-environment", `No ${server} answers at ${host}:${port || defaultPort} (${name}): ${failure}.`, {
    hint: `Start it, correct ${name}, or unset it for the embedded one.`,
  });
}
