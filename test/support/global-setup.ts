import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";
import { openStores } from "./stores.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where a test asks this process for a server: see servers.ts. */
    stores: string;
  }
}

/** Runs once per test run, in the process that outlives every test: it owns the servers and removes them at the end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stores = openStores();
  const secret = randomUUID();
  const desk = createServer((request, response) => {
    const kind = request.url?.startsWith(`/${secret}/`) ? request.url.slice(secret.length + 2) : "";
    if (kind !== "postgres" && kind !== "redis" && kind !== "s3") return void response.writeHead(404).end();
    stores[kind]().then(
      (answer) => response.end(JSON.stringify(answer)),
      (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.message : String(error)),
    );
  });
  await new Promise<void>((resolve) => desk.listen(0, "127.0.0.1", resolve));
  desk.unref();
  project.provide("stores", `http://127.0.0.1:${(desk.address() as AddressInfo).port}/${secret}`);

  return async () => {
    desk.close();
    desk.closeAllConnections();
    await stores.close();
  };
}
