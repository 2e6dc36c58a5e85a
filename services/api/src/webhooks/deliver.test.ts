import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { webhooksApi } from "@anyone/contracts/webhooks";
import { assetNumber, seedAnswers, seedAssets } from "@anyone/db/answered.fixture";
import { type OpenDatabase, openDatabase } from "@anyone/db/client";
import { openVault } from "@anyone/db/sealed-secret";
import { webhooks } from "@anyone/db/webhooks";
import { createDatabase } from "@anyone/test/support/servers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestApi, SERVICE_TOKEN } from "../open-test-api.fixture.ts";
import { startDeliveries } from "./deliver.ts";
import { isSigned, startReceiver } from "./receiver.fixture.ts";

const PROCESS = fileURLToPath(new URL("./deliver-process.fixture.ts", import.meta.url));
const vault = openVault(SERVICE_TOKEN);
const QUICK = { vault, leaseSeconds: 5, pollMs: 10 };

let url: string;
let db: OpenDatabase;
const closing: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  url = await createDatabase();
  db = openDatabase(url);
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await db.close();
});

async function hear(events: string[], answer: Parameters<typeof startReceiver>[0] = () => 204) {
  const receiver = await startReceiver(answer);
  closing.push(receiver.close);
  return { ...receiver, hook: await webhooks.add(db, vault, { url: receiver.url, events, by: "ada" }) };
}
function deliver(host: string, schedule?: readonly number[]) {
  const deliveries = startDeliveries(db, { ...QUICK, allowed: new Set([host]), ...(schedule ? { schedule } : {}) });
  closing.push(deliveries.close);
}
const tell = (facts: object) => db.query("SELECT tell_webhooks('answer.saved', $1)", [JSON.stringify(facts)]);
const states = async () =>
  (
    await db.query<{ state: string; n: number }>(
      "SELECT state, count(*)::int AS n FROM webhook_deliveries GROUP BY 1 ORDER BY 1",
    )
  )
    .map(({ state, n }) => `${n} ${state}`)
    .join(", ");
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(10);
}

describe("what is told", () => {
  it("is written with what it tells, or not at all", async () => {
    const { hook } = await hear(["answer.saved", "iteration.closed", "category.graduated", "drift.alarm"]);
    await seedAssets(db, 3);
    await db
      .transaction(async (tx) => {
        await seedAnswers(tx, { assets: 3, count: 40 });
        throw new Error("rolled back");
      })
      .catch(() => {});
    expect(await states()).toBe("");
    await seedAnswers(db, { assets: 3, count: 40 });
    await db.query(
      `INSERT INTO iterations (number, protocol_id, trigger, policy, asked, settled) VALUES (1, 'p', 'm', '{}', '{1,2,3}', '{1,2}')`,
    );
    await db.query("UPDATE iterations SET settled = '{2,3}', state = 'spreading' WHERE number = 1");
    await db.query("UPDATE iterations SET state = 'closed', stop_reason = 'all-settled' WHERE number = 1");
    const told = (await webhooks.deliveries(db, hook.id)).reverse();
    expect(told.map(({ type }) => type)).toEqual([
      "answer.saved",
      "answer.saved",
      "category.graduated",
      "drift.alarm",
      "iteration.closed",
    ]);
    expect(told[0]?.data).toMatchObject({
      asset: assetNumber(0),
      reviewer: "reviewer 0",
      categories: Array.from({ length: 20 }, (_, n) => n + 7),
    });
    expect(told[2]?.data).toMatchObject({ category: 3, iteration: 1 });
    expect(told[3]?.data).toMatchObject({ category: 1, iteration: 1 });
    expect(told[4]?.data).toMatchObject({ settled: [2, 3], stopReason: "all-settled" });
  });

  it("is nothing that nobody asked for, and nothing of what was imported", async () => {
    await hear(["iteration.closed"]);
    await seedAssets(db, 3);
    await seedAnswers(db, { assets: 3, count: 40 });
    await hear(["answer.saved"]);
    await db.query(`INSERT INTO human_answers (review_task_id, asset_id, protocol_id, category, value, reviewer, iteration, purpose, idempotency_key)
      VALUES ('import-1', 'a', 'p', 1, 1, 'ada', 0, 'import', 'k')`);
    expect(await states()).toBe("");
  });
});

describe("deliveries", () => {
  it("arrive signed, in their order, and are told to each address once", async () => {
    const [one, other] = [await hear(["answer.saved"]), await hear(["answer.saved", "iteration.closed"])];
    const deliveries = startDeliveries(db, { ...QUICK, allowed: new Set([one.host, other.host]) });
    closing.push(deliveries.close);
    for (let n = 0; n < 30; n++) await tell({ n });
    await until(async () => (await states()) === "60 delivered");
    for (const { heard, hook } of [one, other]) {
      expect(heard.map(({ body }) => JSON.parse(body).data.n)).toEqual(Array.from({ length: 30 }, (_, n) => n));
      expect(heard.every((message) => isSigned(message, hook.secret))).toBe(true);
      expect(
        heard.some(
          (message) =>
            isSigned({ ...message, body: message.body.replace("0", "1") }, hook.secret) && message.body.includes("0"),
        ),
      ).toBe(false);
      expect(JSON.parse(heard[0]?.body ?? "")).toMatchObject({
        type: "answer.saved",
        timestamp: expect.stringMatching(/^2.*Z$/),
      });
    }
    expect(one.hook.secret).not.toBe(other.hook.secret);
  });

  it("are tried again until they are taken, under the same id, before what comes after them", async () => {
    const trouble = [500, null, 302, 404];
    const { heard, host } = await hear(["answer.saved"], () =>
      trouble.length > 0 ? (trouble.shift() as number | null) : 200,
    );
    await tell({ n: 1 });
    await tell({ n: 2 });
    deliver(
      host,
      Array.from({ length: 9 }, () => 0.01),
    );
    await until(async () => (await states()) === "2 delivered");
    expect(heard.map(({ body }) => JSON.parse(body).data.n)).toEqual([1, 1, 1, 1, 1, 2]);
    expect(new Set(heard.slice(0, 5).map(({ id }) => id)).size).toBe(1);
  });

  it("are given up after the last try, do not hold up what follows, and are sent again when asked", async () => {
    let well = false;
    const { heard, hook, host } = await hear(["answer.saved"], ({ body }) =>
      well || !body.includes('"bad"') ? 200 : 500,
    );
    await tell({ n: "bad" });
    await tell({ n: "good" });
    deliver(host, [0.01, 0.01]);
    await until(async () => (await states()) === "1 dead, 1 delivered");
    expect(heard).toHaveLength(4);
    expect(await webhooks.deliveries(db, hook.id, "dead")).toMatchObject([
      { attempts: 3, lastStatus: 500, lastError: "It answered 500." },
    ]);
    well = true;
    expect(await webhooks.retryDead(db, hook.id)).toBe(1);
    await until(async () => (await states()) === "2 delivered");
  });

  it("lose nothing when the process is killed, wherever it was, and no two processes mix their order", async () => {
    let processes: ChildProcess[] = [];
    const { heard, host } = await hear(["answer.saved"], async (_, count) => {
      if (count % 9 === 4) for (const one of processes) one.kill("SIGKILL");
      if (count % 9 === 4) await sleep(50);
      return 200;
    });
    for (let n = 0; n < 24; n++) await tell({ n });
    const start = () => {
      const made = Array.from({ length: 2 }, () =>
        spawn(process.execPath, [PROCESS, url, host, SERVICE_TOKEN], { stdio: "ignore" }),
      );
      processes = made;
    };
    start();
    closing.push(async () => processes.map((one) => one.kill("SIGKILL")));
    await until(async () => {
      if (processes.every(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null)) start();
      return (await states()) === "24 delivered";
    });
    const numbers = heard.map(({ body }) => JSON.parse(body).data.n as number);
    expect([...new Set(numbers)]).toEqual(Array.from({ length: 24 }, (_, n) => n));
    // what arrives twice is the message that was under way, right after itself
    expect(numbers.every((n, place) => place === 0 || n - (numbers[place - 1] as number) <= 1)).toBe(true);
    expect(numbers.every((n, place) => place === 0 || n >= (numbers[place - 1] as number))).toBe(true);
    expect(numbers.length).toBeGreaterThan(24);
  }, 60_000);

  it("go nowhere inside unless the operator allowed that very host", async () => {
    const { heard, hook } = await hear(["answer.saved"]);
    await tell({ n: 1 });
    deliver("127.0.0.1:1", []);
    await until(async () => (await states()) === "1 dead");
    expect(heard).toEqual([]);
    const [dead] = await webhooks.deliveries(db, hook.id);
    expect(dead?.lastError).toContain("is not told");
  });
});

describe("the secret that signs", () => {
  const stored = async () =>
    (await db.query<{ secret: string }>("SELECT secret FROM webhooks ORDER BY id")).map(({ secret }) => secret);

  it("is in no row as it is, also of webhooks that were added before there was a vault", async () => {
    const { heard, hook, host } = await hear(["answer.saved"]);
    await db.query("UPDATE webhooks SET secret = $1", [hook.secret]);
    await tell({ n: 1 });
    deliver(host);
    await until(async () => (await states()) === "1 delivered");
    await webhooks.sealClear(db, vault);
    expect((await stored()).join()).not.toContain(hook.secret.slice("whsec_".length));
    await tell({ n: 2 });
    await until(async () => (await states()) === "2 delivered");
    expect(heard.map((message) => isSigned(message, hook.secret))).toEqual([true, true]);
  });

  it("that another platform sealed signs nothing: each try says why", async () => {
    const { heard, hook, host } = await hear(["answer.saved"]);
    await tell({ n: 1 });
    const deliveries = startDeliveries(db, {
      ...QUICK,
      vault: openVault("a token of before"),
      allowed: new Set([host]),
      schedule: [],
    });
    closing.push(deliveries.close);
    await until(async () => (await states()) === "1 dead");
    expect(heard).toEqual([]);
    expect((await webhooks.deliveries(db, hook.id))[0]?.lastError).toContain("another SERVICE_TOKEN");
  });
});

describe("webhooks over the API", () => {
  it("are added with a secret shown once, tested, listed and removed; addresses inside are refused", async () => {
    const receiver = await startReceiver(() => 200);
    const api = await openTestApi({ webhookPrivate: [receiver.host] });
    closing.push(receiver.close, api.close);
    const client = api.as("operator");
    const added = await client.call(webhooksApi.addWebhook, { body: { url: receiver.url, events: ["answer.saved"] } });
    expect(added.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(await client.call(webhooksApi.testWebhook, { params: { id: added.id } })).toMatchObject({
      delivered: true,
      status: 200,
    });
    expect(receiver.heard.map((message) => isSigned(message, added.secret))).toEqual([true]);
    const { items } = await client.call(webhooksApi.listWebhooks);
    expect(items).toMatchObject([{ id: added.id, url: receiver.url, waiting: 0, dead: 0 }]);
    expect(JSON.stringify(items)).not.toContain("whsec_");
    await client.call(webhooksApi.removeWebhook, { params: { id: added.id } });
    await expect(client.call(webhooksApi.testWebhook, { params: { id: added.id } })).rejects.toMatchObject({
      code: "not-found",
    });
    for (const inside of [
      "http://169.254.169.254/",
      "http://[::1]/",
      "http://10.0.0.1/",
      "http://127.0.0.1/",
      "http://2130706433/",
      "http://localhost/",
      "http://a:b@example.org/",
      "http://example.org:22/",
    ]) {
      await expect(
        client.call(webhooksApi.addWebhook, { body: { url: inside, events: ["answer.saved"] } }),
        inside,
      ).rejects.toMatchObject({ code: "bad-input" });
    }
  });
});
