import { existsSync } from "node:fs";
import { join } from "node:path";
import { fault } from "@anyone/domain/fault";
import files from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { answerError } from "./problems.ts";

/** Serves the built dashboard; every path that is nobody's shows its start page, so that a reload works on any page. */
export async function serveDashboard(app: FastifyInstance, folder: string | undefined): Promise<void> {
  const built = folder !== undefined && existsSync(join(folder, "index.html"));
  if (built) {
    await app.register(files, {
      root: folder,
      wildcard: false,
      index: false,
      setHeaders: (reply, path) => {
        // Vite names files by content, so those never change; the start page names them and must be fresh
        const lasting = path.includes(`${folder}/static/`);
        reply.header("cache-control", lasting ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
  }

  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.split("?")[0] ?? "/";
    const forPeople = request.method === "GET" && request.headers.accept?.includes("text/html");
    if (forPeople && !/^\/(v1|docs|health|static)(\/|$)/.test(path)) {
      if (built) return reply.sendFile("index.html", { cacheControl: false });
      return reply
        .type("text/html")
        .send("<p>The dashboard is not built: run <code>npm run build</code>. <a href='/docs/'>API</a>");
    }
    const missing = fault("not-found", `There is no ${request.method} ${path}.`, {
      hint: "GET /v1/openapi.json lists what there is.",
    });
    return answerError(missing, request, reply);
  });
}
