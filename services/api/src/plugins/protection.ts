import { fault } from "@anyone/domain/fault";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance, FastifyRequest } from "fastify";

/** Response headers that keep a browser on our side, and limits per key, or per address where there is no key. */
export async function protection(app: FastifyInstance, { perMinute }: { perMinute: number }): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", "data:", "blob:"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
      },
    },
    // one machine serves plain HTTP on loopback; a proxy that ends TLS sets this header itself
    strictTransportSecurity: false,
    crossOriginResourcePolicy: { policy: "same-origin" },
    referrerPolicy: { policy: "no-referrer" },
  });
  await app.register(rateLimit, {
    global: true,
    max: perMinute,
    timeWindow: 60_000,
    keyGenerator: (request: FastifyRequest) => request.principal?.id ?? request.ip,
    errorResponseBuilder: (_request, { ttl }) =>
      Object.assign(
        fault("too-many-requests", "Too many requests.", { hint: `Try again in ${Math.ceil(ttl / 1000)} s.` }),
        {
          retryAfter: Math.ceil(ttl / 1000),
        },
      ),
  });
}
