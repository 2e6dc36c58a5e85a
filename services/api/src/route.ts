import type { AnyOperation } from "@anyone/contracts/operation";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import type { Principal } from "./plugins/authentication.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** The declaration behind a route: authentication reads who may use it. */
    operation?: AnyOperation;
  }
}

type Out<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** A request whose parts have passed the operation's schemas. */
export interface Asked<Op extends AnyOperation> {
  params: Out<Op["params"]>;
  query: Out<Op["query"]>;
  headers: Out<Op["headers"]>;
  body: Out<Op["body"]>;
  /** Who asks. Only an operation with access `anyone` may be without. */
  principal: Principal;
  request: FastifyRequest;
  reply: FastifyReply;
}

type Answered<Op extends AnyOperation> = Op["answer"] extends z.ZodType ? z.input<Op["answer"]> : FastifyReply;

/** Registers an operation of the contracts. There is no other way to a route under `/v1`. */
export function route<Op extends AnyOperation>(
  app: FastifyInstance,
  operation: Op,
  handle: (asked: Asked<Op>) => Promise<Answered<Op>>,
): void {
  app.route({
    method: operation.method,
    url: operation.path,
    config: {
      operation,
      ...(operation.perMinute === undefined
        ? {}
        : { rateLimit: { max: operation.perMinute, timeWindow: 60_000, groupId: operation.id } }),
    },
    schema: {
      operationId: operation.id.replace(/[^A-Za-z0-9]+/g, "_"),
      summary: operation.summary,
      tags: [operation.stage],
      security: operation.access === "anyone" ? [] : [{ key: [] }, { session: [] }],
      description: operation.access === "anyone" ? "Needs no key." : `Needs the role ${operation.access} or above.`,
      ...(operation.params ? { params: operation.params } : {}),
      ...(operation.query ? { querystring: operation.query } : {}),
      ...(operation.headers ? { headers: operation.headers } : {}),
      ...(operation.body ? { body: operation.body } : {}),
      ...(operation.answer ? { response: { [operation.status]: operation.answer } } : {}),
    },
    async handler(request, reply) {
      reply.code(operation.status);
      return handle({
        params: request.params,
        query: request.query,
        headers: request.headers,
        body: request.body,
        principal: request.principal as Principal,
        request,
        reply,
      } as Asked<Op>);
    },
  });
}
