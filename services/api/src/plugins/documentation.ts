import swagger from "@fastify/swagger";
import { createJsonSchemaTransform } from "@fastify/type-provider-zod";
import reference from "@scalar/fastify-api-reference";
import type { FastifyInstance } from "fastify";

/** The OpenAPI 3.1 document at `/v1/openapi.json` and a page to read it at `/docs`; neither needs a key. */
export async function documentation(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Annotate Anyone",
        version: "1",
        description:
          "A data flywheel for images of people: source, filter, annotate and review, release, train, evaluate, and round again. " +
          "Errors are `application/problem+json` (RFC 9457); lists are paged by `cursor`.",
      },
      components: {
        securitySchemes: {
          key: { type: "http", scheme: "bearer" },
          session: { type: "apiKey", in: "cookie", name: "anyone_session" },
        },
      },
    },
    transform: createJsonSchemaTransform({ zodToJsonConfig: { unrepresentable: "any" } as object }),
    transformObject: (document) => ("openapiObject" in document ? document.openapiObject : document.swaggerObject),
  });

  app.get("/v1/openapi.json", { schema: { hide: true } }, async () => app.swagger());

  await app.register(async (scope) => {
    // the reference page writes its own styles and evaluates its own script; it holds no data and asks for no cookie
    scope.addHook("onSend", async (_request, reply) => {
      reply.header(
        "content-security-policy",
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; " +
          "img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; frame-ancestors 'none'; base-uri 'none'",
      );
    });
    await scope.register(reference, {
      routePrefix: "/docs",
      configuration: {
        url: "/v1/openapi.json",
        withDefaultFonts: false,
        telemetry: false,
        // nothing on this page talks to anybody but this server
        showDeveloperTools: "never",
        hideClientButton: true,
        agent: { disabled: true },
        mcp: { disabled: true },
        pageTitle: "Annotate Anyone API",
      },
    });
  });
}
