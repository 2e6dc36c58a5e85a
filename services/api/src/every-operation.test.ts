import { mayUse } from "@anyone/contracts/access";
import { CATALOG } from "@anyone/contracts/catalog";
import type { AnyOperation } from "@anyone/contracts/operation";
import { Problem } from "@anyone/contracts/problem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestApi, type TestApi } from "./open-test-api.fixture.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api?.close());

interface OpenApi {
  openapi: string;
  paths: Record<string, object>;
}

interface Documented {
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  operation: AnyOperation;
}

/** The operations as the document tells strangers, each with its declaration. */
async function documented(): Promise<Documented[]> {
  const document = (await (await fetch(`${api.url}/v1/openapi.json`)).json()) as OpenApi;
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((name) => {
      const method = name.toUpperCase() as Documented["method"];
      const id = `${method} ${path.replace(/\{(\w+)\}/g, ":$1")}`;
      const operation = CATALOG.find((one) => one.id === id);
      if (!operation) throw new Error(`${id} is documented and not in the catalog`);
      return { method, path, operation };
    }),
  );
}

async function ask(
  { method, path, operation }: Documented,
  options: { key?: string; value?: string; query?: string; body?: string; type?: string } = {},
): Promise<Response> {
  const filled = path.replace(/\{\w+\}/g, encodeURIComponent(options.value ?? "nothing-of-that-name"));
  const headers: Record<string, string> = { accept: "application/json" };
  if (options.key) headers.authorization = `Bearer ${options.key}`;
  if (method !== "GET" && options.body !== undefined) headers["content-type"] = options.type ?? "application/json";
  if (operation.headers) headers["idempotency-key"] = "junk-0001";
  return fetch(`${api.url}${filled}${options.query ?? ""}`, {
    method,
    headers,
    ...(method === "GET" || options.body === undefined ? {} : { body: options.body }),
    signal: AbortSignal.timeout(5_000),
  });
}

async function problemOf(response: Response): Promise<Problem> {
  expect(response.headers.get("content-type")).toContain("application/problem+json");
  return Problem.parse(await response.json());
}

describe("every operation of the OpenAPI document", () => {
  it("is the catalog, no more and no less, in OpenAPI 3.1", async () => {
    const document = (await (await fetch(`${api.url}/v1/openapi.json`)).json()) as OpenApi;
    expect(document.openapi).toBe("3.1.0");
    const ids = (await documented()).map(({ operation }) => operation.id).sort();
    expect(ids).toEqual(CATALOG.map(({ id }) => id).sort());
    expect(ids.length).toBeGreaterThan(50);
  });

  it("asks for a key, or says that it needs none", async () => {
    for (const one of await documented()) {
      if (one.operation.access === "anyone") continue;
      for (const key of [undefined, "anyone_of-no-use", "x".repeat(150)]) {
        const response = await ask(one, { ...(key ? { key } : {}), body: "{}" });
        expect(response.status, `${one.operation.id} with key ${key}`).toBe(401);
        const problem = await problemOf(response);
        expect(problem.hint).toContain("Bearer");
      }
    }
  });

  it("refuses every role below its own, by name", async () => {
    let refused = 0;
    for (const one of await documented()) {
      for (const role of ["annotator", "operator"] as const) {
        if (mayUse(role, one.operation.access)) continue;
        const response = await ask(one, { key: api.keys[role], body: "{}" });
        expect(response.status, `${one.operation.id} as ${role}`).toBe(403);
        expect((await problemOf(response)).detail).toContain(one.operation.access);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(30);
  });

  it("answers junk with a 4xx and a sentence, never with a 5xx", async () => {
    let junk = 0;
    for (const one of await documented()) {
      if (one.operation.id === "GET /v1/events" || one.operation.id === "DELETE /v1/session") continue;
      const values = one.path.includes("{") ? VALUES : VALUES.slice(0, 1);
      const queries = one.operation.query ? QUERIES : QUERIES.slice(0, 1);
      for (const value of values) for (const query of queries) await hold(one, { value, query, ...body(one, "{}") });
      if (one.method !== "GET") for (const text of BODIES) await hold(one, { body: text });
      if (one.method !== "GET") await hold(one, { body: "<x/>", type: "text/xml" });
    }
    expect(junk).toBeGreaterThan(600);

    async function hold(one: Documented, options: Parameters<typeof ask>[1]): Promise<void> {
      const response = await ask(one, { key: api.keys.admin, ...options });
      const said = `${one.operation.id} ${JSON.stringify(options).slice(0, 160)}`;
      const text = await response.text();
      junk++;
      // nothing was wrong with the request: it went on to the review service, which does not run here
      if (one.operation.stage === "review" && response.status === 503 && text.includes("cannot be reached")) return;
      expect(response.status, `${said}: ${text.slice(0, 300)}`).toBeLessThan(500);
      if (response.status >= 400) {
        expect(response.headers.get("content-type"), said).toContain("application/problem+json");
        expect(Problem.parse(JSON.parse(text)).detail.length, said).toBeGreaterThan(10);
      }
    }
  }, 120_000);
});

/** A body that does not fit is not sent to operations that take it as it is. */
function body({ operation }: Documented, text: string): { body?: string } {
  return operation.body ? { body: text } : {};
}

const VALUES = [
  "0",
  "-1",
  "1e999",
  "99999999999999999999",
  "NaN",
  "../../etc/passwd",
  "%00",
  "\u0000",
  "é",
  "x".repeat(390),
];
const QUERIES = [
  "",
  "?limit=0&cursor=%00&state=%27",
  "?limit=1e9&names=%00&category=-1&version=x",
  "?cursor=e30&limit=200&category=70",
  "?cursor=WyJ4IiwieSJd&__proto__[x]=1",
];
const BODIES = [
  "",
  "null",
  "[]",
  '"text"',
  "{",
  '{"__proto__": {"role": "admin"}}',
  '{"constructor": {"prototype": {}}}',
  `{"key": "\\u0000", "name": "\\u0000", "role": "root", "sourceId": "\\u0000", "target": -1, "ids": ["\\u0000"], "stage": "nowhere"}`,
  `{"fence": "1", "answers": [{"category": 1.5, "value": 1e99, "text": "${"x".repeat(999)}"}]}`,
  `{"kind": "cron", "cron": "* * *", "zone": "Mars/Olympus", "growth": -3}`,
  `{"version": 99999999, "recipe": "", "seed": -1, "value": {"lower": 3, "upper": 1}}`,
  `${"[".repeat(5000)}${"]".repeat(5000)}`,
  `{${Array.from({ length: 5000 }, (_, n) => `"k${n}":${n}`).join(",")}}`,
];
