import { ApiError, createClient, pathOf } from "@anyone/contracts/client";
import { evaluateApi } from "@anyone/contracts/evaluate";
import { filterApi } from "@anyone/contracts/filter";
import { sourceApi } from "@anyone/contracts/source";
import { systemApi } from "@anyone/contracts/system";
import { apiKeys } from "@anyone/db/api-keys";
import { contentKey } from "@anyone/storage/keys";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureFirstKey } from "./first-key.ts";
import { openTestApi, type TestApi } from "./open-test-api.fixture.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api?.close());

const folder = (id: string) => ({ id: id as never, settings: { kind: "folder" as const, path: "/photographs" } });

describe("keys", () => {
  it("are shown once and stored as a hash", async () => {
    const made = await api.as("admin").call(systemApi.createKey, { body: { name: "Ada", role: "annotator" } });
    expect(made.key).toMatch(/^anyone_[\w-]{43}$/);
    const stored = await api.db.query("select * from api_keys where id = $1", [made.id]);
    expect(JSON.stringify(stored)).not.toContain(made.key);
    const listed = await api.as("admin").call(systemApi.listKeys);
    expect(JSON.stringify(listed)).not.toContain(made.key);
  });

  it("end when they are revoked, and their sessions with them", async () => {
    const made = await api.as("admin").call(systemApi.createKey, { body: { name: "Bob", role: "operator" } });
    const cookie = await signIn(made.key);
    await api.as("admin").call(systemApi.revokeKey, { params: { id: made.id } });
    await expect.poll(() => status("/v1/sources", { cookie }), { timeout: 5_000 }).toBe(401);
    expect(await status("/v1/sources", { authorization: `Bearer ${made.key}` })).toBe(401);
  });

  it("can't lock everybody out: the last admin key stays", async () => {
    const keys = await api.as("admin").call(systemApi.listKeys);
    const admins = keys.items.filter((key) => key.role === "admin" && key.revokedAt === null);
    expect(admins).toHaveLength(1);
    const refused = api.as("admin").call(systemApi.revokeKey, { params: { id: admins[0]?.id ?? "" } });
    await expect(refused).rejects.toThrow("last admin key");
  });

  it("are made at the first start and never again, whoever starts at the same time", async () => {
    const fresh = await openTestApi();
    await fresh.db.query("delete from api_keys");
    const lines: string[] = [];
    const start = () => ensureFirstKey(apiKeys(fresh.db), { say: (line) => lines.push(line) });
    await Promise.all([start(), start(), start()]);
    await start();
    expect(lines).toHaveLength(1);
    const key = lines[0]?.split(": ")[1] ?? "";
    const who = await createClient({ url: fresh.url, key }).call(systemApi.whoAmI);
    expect(who).toMatchObject({ name: "admin", role: "admin" });
    await fresh.close();
  });

  it("may be given by the environment, and are then not shown", async () => {
    const lines: string[] = [];
    const given = "given-by-the-environment-of-this-test";
    for (let start = 0; start < 2; start++) {
      await ensureFirstKey(apiKeys(api.db), { given, say: (line) => lines.push(line) });
    }
    expect(lines).toEqual([]);
    const who = await createClient({ url: api.url, key: given }).call(systemApi.whoAmI);
    expect(who.role).toBe("admin");
  });
});

describe("a session", () => {
  it("is a cookie no script can read and no other site can send", async () => {
    const answer = await fetch(`${api.url}/v1/session`, post({ key: api.keys.operator }));
    expect(answer.headers.get("set-cookie")).toMatch(/HttpOnly; SameSite=Strict/);
    const cookie = cookieOf(answer);
    expect(await status("/v1/sources", { cookie })).toBe(200);
    expect(await status("/v1/keys", { cookie })).toBe(403);
    const forged = cookie.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
    expect(await status("/v1/sources", { cookie: forged })).toBe(401);
  });

  it("does not act for pages of another origin", async () => {
    const cookie = await signIn(api.keys.operator);
    const evil = await fetch(`${api.url}/v1/sources`, post(folder("evil"), { cookie, origin: "https://evil.example" }));
    expect(evil.status).toBe(403);
    const own = await fetch(`${api.url}/v1/sources`, post(folder("own"), { cookie, origin: api.url }));
    expect(own.status).toBe(201);
  });
});

describe("an error", () => {
  it("says what is wrong and where, as problem+json", async () => {
    const error = await api
      .as("operator")
      .call(sourceApi.startCrawl, { body: { sourceId: "Not A Name", target: 0 } as never })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiError);
    const { problem } = error as ApiError;
    expect(problem).toMatchObject({ type: "urn:anyone:fault:bad-payload", status: 400 });
    expect(problem.errors?.map(({ path }) => path).sort()).toEqual(["sourceId", "target"]);
    expect(problem.detail).toContain("lower-case letters");
  });

  it("tells nothing of the inside when the server is at fault", async () => {
    const broken = await openTestApi();
    await broken.db.query("alter table sources rename to elsewhere");
    const answer = await fetch(`${broken.url}/v1/sources`, {
      headers: { authorization: `Bearer ${broken.keys.operator}` },
    });
    const text = await answer.text();
    expect(answer.status).toBe(500);
    expect(text).not.toContain("sources");
    expect(JSON.parse(text)).toMatchObject({ type: "urn:anyone:fault:internal", requestId: expect.any(String) });
    await broken.close();
  });

  it("asks to wait when there were too many requests, key by key", async () => {
    const strict = await openTestApi({ perMinute: 3 });
    const ask = (key: string) => fetch(`${strict.url}/v1/sources`, { headers: { authorization: `Bearer ${key}` } });
    for (let n = 0; n < 3; n++) expect((await ask(strict.keys.operator)).status).toBe(200);
    const refused = await ask(strict.keys.operator);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await refused.json()) as object).toMatchObject({ type: "urn:anyone:fault:too-many-requests" });
    expect((await ask(strict.keys.admin)).status).toBe(200);
    await strict.close();
  });
});

describe("a crawl started by hand", () => {
  it("is a row and its task, committed together", async () => {
    await api.as("operator").call(sourceApi.createSource, { body: folder("by-hand") });
    const crawl = await api
      .as("operator")
      .call(sourceApi.startCrawl, { body: { sourceId: "by-hand" as never, target: 5 } });
    expect(crawl).toMatchObject({ state: "running", trigger: "manual", target: 5, why: "asked for by test operator" });
    const tasks = await api.db.query("select name, payload from tasks where payload->>'crawlId' = $1", [crawl.id]);
    expect(tasks).toEqual([{ name: "source.discover", payload: { crawlId: crawl.id, page: 0 } }]);
    await expect(
      api.as("operator").call(sourceApi.startCrawl, { body: { sourceId: "by-hand" as never } }),
    ).rejects.toMatchObject({ problem: { status: 409 } });
    const cancelled = await api.as("operator").call(sourceApi.cancelCrawl, { params: { id: crawl.id as never } });
    expect(cancelled.state).toBe("cancelled");
  });
});

describe("a list", () => {
  it("gives every row once over its pages, also when rows come in between and many share a moment", async () => {
    await api.as("operator").call(sourceApi.createSource, { body: folder("paged") });
    await api.db.query(
      `insert into crawls (id, source_id, trigger, why, target) values ('paged', 'paged', 'manual', '', 1)`,
    );
    const add = (from: number, to: number, when: string) =>
      api.db.query(
        `insert into candidates (id, source_id, crawl_id, external_id, url, listed_at)
         select 'paged.' || n, 'paged', 'paged', n, 'http://x/' || n, ${when} from generate_series($1::int, $2::int) n`,
        [from, to],
      );
    await add(1, 25, "'2026-01-01T00:00:00Z'");
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { sourceId: "paged" as never, limit: 7, ...(cursor ? { cursor } : {}) };
      const page = await api.as("operator").call(sourceApi.listCandidates, { query });
      seen.push(...page.items.map((row) => row.id));
      cursor = page.nextCursor ?? undefined;
      if (seen.length === 7) await add(26, 30, "now()");
    } while (cursor);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(25);
  });
});

describe("an asset's picture", () => {
  it("comes with its type and nothing a browser could run, and is asked for once", async () => {
    const id = "a".repeat(64);
    const keys = { image: contentKey("asset", id, "jpg"), parts: contentKey("part-map", id, "png") };
    await api.store.put(keys.image, new Uint8Array([0xff, 0xd8, 0xff, 1, 2, 3]));
    await api.db.query(
      `insert into assets (id, candidate_id, source_id, width, height, original_key, image_key, thumbnail_key, parts_key, phash,
         group_id, person_box, face_box, keypoints, part_shares, brisque)
       values ($1, $1, 's', 1, 1, $2, $2, $2, $3, 0, $1, '{}', '{}', '{}', '{}', 1)`,
      [id, keys.image, keys.parts],
    );
    const headers = { authorization: `Bearer ${api.keys.annotator}` };
    const url = api.url + pathOf(filterApi.getImage, { params: { id } });
    const first = await fetch(url, { headers });
    expect([...new Uint8Array(await first.arrayBuffer())]).toEqual([0xff, 0xd8, 0xff, 1, 2, 3]);
    expect(first.headers.get("content-type")).toBe("image/jpeg");
    expect(first.headers.get("x-content-type-options")).toBe("nosniff");
    expect(first.headers.get("content-security-policy")).toContain("sandbox");
    const again = await fetch(url, { headers: { ...headers, "if-none-match": first.headers.get("etag") ?? "" } });
    expect(again.status).toBe(304);
    const gone = await fetch(api.url + pathOf(filterApi.getParts, { params: { id } }), { headers });
    expect(gone.status).toBe(404);
  });
});

describe("health", () => {
  it("is 503 when work waits and nobody takes any, and names the reason", async () => {
    const still = await openTestApi();
    const health = async () => {
      const answer = await fetch(`${still.url}/health`);
      return { status: answer.status, body: (await answer.json()) as { ok: boolean; reason?: string } };
    };
    expect(await health()).toMatchObject({ status: 200, body: { ok: true } });
    await still.db.query(
      `insert into tasks (id, name, stage, payload, next_at) values ('t', 'filter.candidates', 'filter', '{}', now() - interval '3 minutes')`,
    );
    await expect.poll(health, { timeout: 3_000 }).toMatchObject({ status: 503, body: { ok: false } });
    expect((await health()).body.reason).toContain("1 tasks wait");
    await still.db.query(
      `insert into tasks (id, name, stage, payload, state, started_at, finished_at) values ('d', 'filter.candidates', 'filter', '{}', 'done', now(), now())`,
    );
    await expect.poll(health, { timeout: 3_000 }).toMatchObject({ status: 200 });
    await still.close();
  });
});

async function signIn(key: string): Promise<string> {
  return cookieOf(await fetch(`${api.url}/v1/session`, post({ key })));
}

function cookieOf(answer: Response): string {
  return answer.headers.get("set-cookie")?.split(";")[0] ?? "";
}

function post(body: unknown, headers: Record<string, string> = {}): RequestInit {
  return { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } };
}

async function status(path: string, headers: Record<string, string>): Promise<number> {
  return (await fetch(api.url + path, { headers })).status;
}

describe("a schedule", () => {
  const put = (cron: string, zone: string) =>
    api.as("operator").call(evaluateApi.putSchedule, { params: { id: "nightly" }, body: { kind: "cron", cron, zone } });

  it("is refused with the reason when its clock would never run", async () => {
    await expect(put("a b c d e", "UTC")).rejects.toThrow(/"a b c d e" is no cron expression/);
    await expect(put("61 3 * * *", "UTC")).rejects.toThrow(/expected range 0-59.*For example `0 3 \* \* 1`/);
    await expect(put("0 3 30 2 *", "UTC")).rejects.toThrow(/no cron expression/);
    await expect(put("0 3 * * 1", "Mars/Olympus")).rejects.toThrow(/time zone/);
    expect(await put("0 3 * * 1", "Europe/Berlin")).toMatchObject({ cron: "0 3 * * 1", zone: "Europe/Berlin" });
  });
});
