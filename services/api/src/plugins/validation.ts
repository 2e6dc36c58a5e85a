import { serializerCompiler, validatorCompiler } from "@fastify/type-provider-zod";
import type { FastifyInstance } from "fastify";

/** Requests and answers pass their zod schemas, both ways. */
export function validation(app: FastifyInstance): void {
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
}
