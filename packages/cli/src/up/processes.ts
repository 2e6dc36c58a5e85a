import { join } from "node:path";
import { checkout } from "./home.ts";

/** One process of the platform on this machine. */
export interface ProcessPlan {
  name: string;
  command: string;
  args: string[];
  environment: Record<string, string>;
  /** TCP port that answers once the process is ready; absent: it is ready when it runs, for it serves nothing. */
  port?: number;
}

export interface Addresses {
  databaseUrl: string;
  redisUrl: string;
  objectsUrl: string;
  apiPort: number;
  reviewPort: number;
  trainerPort: number;
  inferencePort: number;
  /** Of the services that listen for nothing else. */
  healthPorts: { crawler: number; filter: number; annotator: number };
}

export interface PlanOptions {
  home: string;
  addresses: Addresses;
  serviceToken: string;
  adminKey: string;
  /** GPU workers that take runs from the trainer; each uses one thread where there is no GPU. */
  workers: number;
  /** Reload a service when its sources change. */
  watch: boolean;
  /** Where the supervisor's own environment comes from: what the operator set is passed on. */
  environment: NodeJS.ProcessEnv;
}

const PASSED_ON = [
  "PATH",
  "HOME",
  "LANG",
  "TMPDIR",
  "LOG_LEVEL",
  "CONTACT",
  "S3_ENDPOINT",
  "S3_REGION",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "FETCH_ALLOW_PRIVATE",
  "WEBHOOK_ALLOW_PRIVATE",
  "FLICKR_API_KEY",
  "UNSPLASH_ACCESS_KEY",
  "PIXABAY_API_KEY",
  "IMPORT_ROOTS",
  "VLM_URL",
  "VLM_API_KEY",
];

/** Every process of the platform, in the order they are started: addresses in the environment are all that differs from a cluster. */
export function planProcesses(options: PlanOptions): ProcessPlan[] {
  const { addresses } = options;
  const environment = commonEnvironment(options);
  const service = (name: string, port?: number, extra: Record<string, string> = {}): ProcessPlan => ({
    name,
    command: process.execPath,
    args: [
      "--disable-warning=ExperimentalWarning",
      ...(options.watch ? ["--watch", "--watch-preserve-output"] : []),
      join(checkout, "services", name, "src", "main.ts"),
    ],
    environment: { ...environment, ...extra },
    port,
  });
  const working = (name: keyof Addresses["healthPorts"]): ProcessPlan => {
    const port = addresses.healthPorts[name];
    return service(name, port, { HEALTH_PORT: String(port) });
  };
  const worker = (role: "serve" | "work", name: string, port?: number): ProcessPlan => ({
    name,
    command: join(checkout, ".anyone", "python", "bin", "python"),
    args: ["-m", "anyone_gpu.main", role],
    environment: {
      ...environment,
      PYTHONPATH: join(checkout, "services", "gpu-worker"),
      PYTHONUNBUFFERED: "1",
      OMP_NUM_THREADS: "1",
    },
    port,
  });
  return [
    service("api", addresses.apiPort, { ADMIN_KEY: options.adminKey }),
    service("review", addresses.reviewPort),
    service("trainer", addresses.trainerPort),
    worker("serve", "gpu-worker-serve", addresses.inferencePort),
    working("crawler"),
    working("filter"),
    working("annotator"),
    ...Array.from({ length: options.workers }, (_, index) => worker("work", `gpu-worker-work-${index + 1}`)),
  ];
}

function commonEnvironment({ home, addresses, serviceToken, environment }: PlanOptions): Record<string, string> {
  const passed = Object.fromEntries(
    PASSED_ON.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
  );
  return {
    ...passed,
    ANYONE_HOME: home,
    DATABASE_URL: addresses.databaseUrl,
    REDIS_URL: addresses.redisUrl,
    OBJECTS_URL: addresses.objectsUrl,
    API_HOST: "127.0.0.1",
    API_PORT: String(addresses.apiPort),
    REVIEW_ADDRESS: `127.0.0.1:${addresses.reviewPort}`,
    TRAINER_ADDRESS: `127.0.0.1:${addresses.trainerPort}`,
    INFERENCE_ADDRESS: `127.0.0.1:${addresses.inferencePort}`,
    SERVICE_TOKEN: serviceToken,
    MODELS_DIR: environment.MODELS_DIR ?? join(checkout, ".anyone", "models"),
  };
}
