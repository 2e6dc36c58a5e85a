import { createServer, type Server } from "node:http";
import { EnvironmentError } from "./env.ts";

export interface Health {
  ok: boolean;
  /** Why not, in one sentence. */
  reason?: string;
  [detail: string]: unknown;
}

/**
 * A tiny HTTP endpoint for supervisors and container health checks: `GET /health` answers 200 or 503 with what `check`
 * found. Resolves when it listens; port 0 takes a free one, and one that can't be had is an EnvironmentError.
 */
export function serveHealth(port: number, check: () => Health | Promise<Health>): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url !== "/health") {
      response.writeHead(404).end();
      return;
    }
    void Promise.resolve()
      .then(check)
      .catch(
        (error: unknown): Health => ({ ok: false, reason: error instanceof Error ? error.message : String(error) }),
      )
      .then((health) => {
        response.writeHead(health.ok ? 200 : 503, { "content-type": "application/json" }).end(JSON.stringify(health));
      });
  });
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why = error.code === "EADDRINUSE" ? "it is taken" : (error.code ?? error.message);
      reject(
        new EnvironmentError(`HEALTH_PORT is ${port}, which can't be listened on: ${why}. Set it to a free port.`),
      );
    });
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
