import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const python = join(root, ".anyone/python/bin/python");
/** The real Compose, from the Python environment. */
const compose = join(root, ".anyone/python/bin/docker-compose");

interface Service {
  image: string;
  profiles?: string[];
  command?: string[];
  environment?: Record<string, string>;
  healthcheck?: { test: string[] };
  restart?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  privileged?: boolean;
  build?: { dockerfile: string };
  depends_on?: Record<string, unknown>;
  ports?: { host_ip?: string }[];
}

interface Schema {
  shape: Record<string, unknown>;
  safeParse(value: unknown): { success: boolean; error?: { issues: { path: PropertyKey[]; message: string }[] } };
}

const SECRETS: Record<string, string> = {
  POSTGRES_PASSWORD: "a-password-for-a-test",
  REDIS_PASSWORD: "a-password-for-a-test",
  AWS_ACCESS_KEY_ID: "a-key-for-a-test",
  AWS_SECRET_ACCESS_KEY: "a-secret-for-a-test",
  SERVICE_TOKEN: "a-token-for-a-test-of-24",
  ADMIN_KEY: "a-key-for-a-test-with-more-than-32-characters",
};

let folder: string;
let services: Record<string, Service>;
/** Services of ours on Node, by the folder under services/ they run. */
let ours: [name: string, folder: string, service: Service][];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "compose-"));
  const { stdout } = await config(["--format", "json"]);
  services = JSON.parse(stdout).services;
  ours = Object.entries(services).flatMap(([name, service]) => {
    const [, of] = /^services\/([a-z-]+)\/src\/main\.ts$/.exec(service.command?.[0] ?? "") ?? [];
    return of ? [[name, of, service] as [string, string, Service]] : [];
  });
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `config` on the file with the example's variables, the secrets filled in or left out. */
function config(args: string[], { file = join(root, "docker-compose.yml"), secrets = SECRETS } = {}) {
  const example = readFileSync(join(root, ".env.example"), "utf8");
  const filled = example.replace(/^([A-Z0-9_]+)=$/gm, (line, name: string) =>
    secrets[name] ? `${name}=${secrets[name]}` : line,
  );
  const envFile = join(folder, `${Math.random().toString(36).slice(2)}.env`);
  writeFileSync(envFile, filled);
  const options = ["--project-directory", root, "--env-file", envFile, "-f", file, "--profile", "*", "config", ...args];
  return run(compose, options, { env: { PATH: process.env.PATH ?? "", HOME: folder } });
}

async function schemaOf(path: string): Promise<Schema> {
  const { Env } = await import(pathToFileURL(join(root, path)).href);
  return Env;
}

/** As in `loadEnv`: an empty variable is none. */
const blankless = (environment: Record<string, string> = {}) =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));

describe("docker-compose.yml", () => {
  it("is accepted by the real Compose", async () => {
    await expect(config(["-q"])).resolves.toMatchObject({ stderr: "" });
  });

  it("starts nothing with a default secret: each missing one is named", async () => {
    for (const name of Object.keys(SECRETS)) {
      const { [name]: _, ...rest } = SECRETS;
      await expect(config(["-q"], { secrets: rest })).rejects.toThrow(`set ${name} in .env`);
    }
  });

  it("would be refused with a mistake in it", async () => {
    const text = readFileSync(join(root, "docker-compose.yml"), "utf8");
    const mistakes: [string, string][] = [
      ["healthcheck: {", "healthchek: {"],
      ["condition: service_healthy", "condition: service_happy"],
      [
        "prepare: { condition: service_completed_successfully }",
        "prepared: { condition: service_completed_successfully }",
      ],
      ['"postgres:/var/lib/postgresql"', '"postgress:/var/lib/postgresql"'],
    ];
    for (const [i, [right, wrong]] of mistakes.entries()) {
      expect(text).toContain(right);
      const file = join(folder, `broken-${i}.yml`);
      writeFileSync(file, text.replace(right, wrong));
      await expect(config(["-q"], { file }), wrong).rejects.toThrow();
    }
  });

  it("runs every service of the product, on real PostgreSQL, Redis and S3", () => {
    const folders = readdirSync(join(root, "services")).filter((name) =>
      existsSync(join(root, "services", name, "src/env.ts")),
    );
    expect(folders.length).toBeGreaterThanOrEqual(6);
    expect(ours.map(([, of]) => of).sort()).toEqual(folders.sort());
    for (const name of ["inference-cpu", "inference-gpu", "worker-cpu", "worker-gpu"])
      expect(services).toHaveProperty(name);
    expect(services.postgres?.image).toMatch(/^postgres:\d/);
    expect(services.redis?.image).toMatch(/^redis:\d/);
    expect(services.s3?.image).toMatch(/^chrislusf\/seaweedfs:\d/);
  });

  it("sets every variable that a service requires, and none that it does not know", async () => {
    for (const [name, of, service] of ours) {
      const schema = await schemaOf(`services/${of}/src/env.ts`);
      const environment = blankless(service.environment);
      const { error } = schema.safeParse(environment);
      expect(error?.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`) ?? [], name).toEqual([]);
      expect(
        Object.keys(service.environment ?? {}).filter((variable) => !(variable in schema.shape)),
        name,
      ).toEqual([]);
    }
  });

  it("sets nothing in vain: without a required variable the service would not start", async () => {
    let refused = 0;
    for (const [name, of, service] of ours) {
      const schema = await schemaOf(`services/${of}/src/env.ts`);
      const { DATABASE_URL: _, ...rest } = blankless(service.environment);
      expect(schema.safeParse(rest).success, name).toBe(false);
      refused++;
    }
    expect(refused).toBeGreaterThanOrEqual(6);
  });

  it("does not leave an address on loopback: in a container nobody else is there", () => {
    for (const [name, , service] of ours) {
      for (const [variable, value] of Object.entries(service.environment ?? {})) {
        expect(value, `${name} ${variable}`).not.toMatch(/127\.0\.0\.1|localhost/);
      }
    }
    const listens = (name: string, variable: string) => services[name]?.environment?.[variable]?.split(":")[1];
    expect(services.api?.environment?.REVIEW_ADDRESS).toBe(`review:${listens("review", "REVIEW_ADDRESS")}`);
    expect(services["worker-gpu"]?.environment?.TRAINER_ADDRESS).toBe(
      `trainer:${listens("trainer", "TRAINER_ADDRESS")}`,
    );
    expect(services.annotator?.environment?.INFERENCE_ADDRESS).toBe(
      `inference:${listens("inference-gpu", "INFERENCE_ADDRESS")}`,
    );
  });

  it("gives the GPU worker what its own configuration asks for", async () => {
    const read =
      "import json,sys; from anyone_gpu.config import load_config; c = load_config(json.load(sys.stdin)); print(c.objects_url)";
    for (const name of ["inference-cpu", "inference-gpu", "worker-cpu", "worker-gpu"]) {
      const child = run(python, ["-c", read], { cwd: join(root, "services/gpu-worker") });
      child.child.stdin?.end(JSON.stringify(services[name]?.environment));
      expect((await child).stdout.trim()).toBe("s3://anyone");
    }
  });

  it("hardens what is ours, watches the health of all, and pins every image", () => {
    for (const [name, service] of Object.entries(services)) {
      expect(service.image, name).toMatch(/:\d/);
      expect(service.privileged ?? false, name).toBe(false);
      expect(service.security_opt, name).toContain("no-new-privileges:true");
      for (const port of service.ports ?? []) expect(port.host_ip, name).toBe("127.0.0.1");
      if (name !== "prepare") expect(service.healthcheck?.test.length, name).toBeGreaterThan(1);
      if (!service.build) continue;
      expect(service, name).toMatchObject({ read_only: true, cap_drop: ["ALL"] });
      for (const part of [...(service.command ?? []), ...(service.healthcheck?.test ?? [])]) {
        if (/\.(ts|mjs|py)$/.test(part)) expect(existsSync(join(root, part)), `${name}: ${part}`).toBe(true);
      }
    }
  });
});

describe("the images", () => {
  it.each(["node", "gpu-worker"])(
    "%s runs as an unprivileged user from pinned bases, and copies what exists",
    (name) => {
      const lines = readFileSync(join(root, `infra/docker/${name}.Dockerfile`), "utf8").split("\n");
      const last = lines.slice(lines.findLastIndex((line) => line.startsWith("FROM ")));
      const user = last.findLast((line) => line.startsWith("USER "));
      expect(user).toMatch(/^USER [1-9]\d{3,}:[1-9]\d{3,}$/);
      expect(last.indexOf(user ?? "")).toBeLessThan(last.findIndex((line) => line.startsWith("ENTRYPOINT")));
      for (const line of lines.filter((one) => one.startsWith("FROM "))) expect(line).toMatch(/:\d+\.\d+\.\d+/);
      for (const line of lines.filter((one) => one.startsWith("COPY ") && !one.includes("--from"))) {
        for (const path of line.split(" ").slice(1, -1)) expect(existsSync(join(root, path)), path).toBe(true);
      }
    },
  );

  it("use the versions that the checkout uses", () => {
    const { packageManager, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    for (const name of ["node", "gpu-worker"]) {
      const text = readFileSync(join(root, `infra/docker/${name}.Dockerfile`), "utf8");
      expect(text).toContain(packageManager);
      expect(text).toContain(`node:${devDependencies.node}-`);
    }
    const torch = /torch==[\d.]+/.exec(readFileSync(join(root, "infra/bootstrap/python.mjs"), "utf8"))?.[0];
    expect(readFileSync(join(root, "infra/docker/gpu-worker.Dockerfile"), "utf8")).toContain(torch);
  });
});

describe(".env.example", () => {
  it("describes every variable that a service or the compose file reads, and no other", async () => {
    const described = [...readFileSync(join(root, ".env.example"), "utf8").matchAll(/^([A-Z0-9_]+)=/gm)].map(
      (match) => match[1],
    );
    const read = new Set<string>();
    for (const [, of] of ours)
      for (const name of Object.keys((await schemaOf(`services/${of}/src/env.ts`)).shape)) read.add(name);
    const texts = ["docker-compose.yml", "services/gpu-worker/anyone_gpu/config.py"].map((path) =>
      readFileSync(join(root, path), "utf8"),
    );
    for (const match of texts.join("\n").matchAll(/\$\{([A-Z0-9_]+)|env(?:\.get\(|\[)"([A-Z0-9_]+)"/g))
      read.add(match[1] ?? match[2] ?? "");
    expect(new Set(described)).toEqual(read);
  });
});
