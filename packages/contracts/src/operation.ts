import type { Stage } from "@anyone/domain/flywheel";
import type { z } from "zod";
import type { Access } from "./access.ts";

/**
 * One operation of the API, declared once: the server registers its route from it, the client calls it by it, the
 * OpenAPI document describes it, and `access` is its row in the table of who may do what.
 */
export interface Operation<
  Params extends Shape = undefined,
  Query extends Shape = undefined,
  Headers extends Shape = undefined,
  Body extends Shape = undefined,
  Answer extends z.ZodType | undefined = z.ZodType | undefined,
> {
  readonly id: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Fastify's form: `/v1/assets/:id`. */
  readonly path: string;
  readonly stage: Stage | "system";
  readonly access: Access;
  readonly summary: string;
  readonly params: Params;
  readonly query: Query;
  readonly headers: Headers;
  readonly body: Body;
  /** Absent when the answer is a file or a stream; `contentType` names it then. */
  readonly answer: Answer;
  readonly contentType: string;
  readonly status: 200 | 201 | 202;
  /** Requests a minute for one key; the server's usual limit when absent. */
  readonly perMinute: number | undefined;
}

type Shape = z.ZodType<Record<string, unknown>> | undefined;

// biome-ignore lint/suspicious/noExplicitAny: any operation at all, whatever its shapes
export type AnyOperation = Operation<any, any, any, any, any>;

interface Declaration<Params, Query, Headers, Body, Answer> {
  method?: Operation["method"];
  path: string;
  stage: Operation["stage"];
  access: Access;
  summary: string;
  params?: Params;
  query?: Query;
  headers?: Headers;
  body?: Body;
  answer?: Answer;
  contentType?: string;
  status?: Operation["status"];
  perMinute?: number;
}

/** Declares an operation. Its id is made of method and path, so that two of them can't be the same. */
export function operation<
  Params extends Shape = undefined,
  Query extends Shape = undefined,
  Headers extends Shape = undefined,
  Body extends Shape = undefined,
  Answer extends z.ZodType | undefined = undefined,
>(declared: Declaration<Params, Query, Headers, Body, Answer>): Operation<Params, Query, Headers, Body, Answer> {
  const method = declared.method ?? "GET";
  return {
    id: `${method} ${declared.path}`,
    method,
    path: declared.path,
    stage: declared.stage,
    access: declared.access,
    summary: declared.summary,
    params: declared.params as Params,
    query: declared.query as Query,
    headers: declared.headers as Headers,
    body: declared.body as Body,
    answer: declared.answer as Answer,
    contentType: declared.contentType ?? "application/json",
    status: declared.status ?? 200,
    perMinute: declared.perMinute,
  };
}
