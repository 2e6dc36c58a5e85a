import { setTimeout as sleep } from "node:timers/promises";
import type { PlannedRun } from "@anyone/db/runs";
import { type OpenClient, openClient } from "@anyone/grpc/client";
import {
  type TrainerMessage,
  TrainServiceDefinition,
  type WorkerMessage,
} from "@anyone/grpc/generated/anyone/v1/train";
import { type RunningServer, serve } from "@anyone/grpc/server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sweep } from "../sweep.ts";
import { openTrainer, type TestTrainer } from "../trainer.fixture.ts";
import { followWorker } from "./follow-worker.ts";

const TOKEN = "a-token-for-these-tests";
let trainer: TestTrainer;
let server: RunningServer;
const workers: TestWorker[] = [];
beforeEach(async () => {
  trainer = await openTrainer();
  server = await serve("127.0.0.1:0", TOKEN, TrainServiceDefinition, {
    work: (requests, { signal }) => followWorker(requests, trainer.context, signal),
  });
});
afterEach(async () => {
  for (const worker of workers.splice(0)) worker.leave();
  await server.close();
  await trainer.close();
});

type Kind = NonNullable<WorkerMessage["kind"]>;
type Offer = Extract<NonNullable<TrainerMessage["kind"]>, { $case: "offer" }>["value"];

/** A worker that says what a test tells it to, over a real stream. */
class TestWorker {
  readonly heard: NonNullable<TrainerMessage["kind"]>[] = [];
  error: unknown;
  private readonly client: OpenClient<typeof TrainServiceDefinition>;
  private readonly cut = new AbortController();
  private readonly outgoing: WorkerMessage[] = [];
  private wake = () => {};
  private ended = false;
  private taken = 0;

  constructor(name = "w1", kinds = ["diffusion", "labeller", "evaluation"], token = TOKEN) {
    workers.push(this);
    this.client = openClient(TrainServiceDefinition, server.address, token);
    this.say({ $case: "register", value: { worker: name, host: "here", device: "cpu", torch: "2", kinds } });
    void this.listen().catch((error: unknown) => {
      this.error = error;
    });
  }

  say(kind: Kind): this {
    this.outgoing.push({ kind });
    this.wake();
    return this;
  }
  ready = () => this.say({ $case: "ready", value: {} });
  /** Stops speaking in good order; what the trainer says is still heard. */
  hangUp(): void {
    this.ended = true;
    this.wake();
  }
  /** The cable is cut. */
  leave(): void {
    this.cut.abort();
    this.client.close();
  }

  /** The next message of a kind that was not returned before. */
  async next<Case extends "offer" | "ack">($case: Case) {
    const found = await until(`an ${$case}`, () => {
      const place = this.heard.findIndex((one, index) => index >= this.taken && one.$case === $case);
      if (place < 0) return undefined;
      this.taken = place + 1;
      return this.heard[place];
    });
    return found.value as Extract<NonNullable<TrainerMessage["kind"]>, { $case: Case }>["value"];
  }

  private async listen(): Promise<void> {
    for await (const { kind } of this.client.call.work(this.speak(), { signal: this.cut.signal })) {
      if (kind) this.heard.push(kind);
    }
  }

  private async *speak(): AsyncGenerator<WorkerMessage> {
    for (;;) {
      const message = this.outgoing.shift();
      if (message) yield message;
      else if (this.ended || this.cut.signal.aborted) return;
      else
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
    }
  }
}

async function until<Value>(what: string, look: () => Value | undefined | Promise<Value | undefined>): Promise<Value> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(20)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`not in time: ${what}`);
}

async function plan(...ids: string[]): Promise<void> {
  const runs = ids.map((id): PlannedRun => ({ id, kind: "diffusion", recipe: "debug", config: { of: id } }));
  await trainer.db.transaction((tx) => trainer.context.runs.plan(tx, runs));
}

const who = ({ runId, attempt }: Offer) => ({ runId, attempt });
const metrics = (offer: Offer, seq: bigint, ...values: number[]): Kind => ({
  $case: "metrics",
  value: { ...who(offer), seq, rows: values.map((value, step) => ({ step, name: "loss", value })) },
});
const checkpoint = (offer: Offer, seq: bigint, step: number): Kind => ({
  $case: "checkpoint",
  value: { ...who(offer), seq, step, manifestKey: `run/${offer.runId}/${step}`, sha256: "0".repeat(64) },
});
const renew = (offer: Offer, step = 0): Kind => ({ $case: "renew", value: { ...who(offer), step } });
const done = (offer: Offer, seq: bigint, outcome = "ok", resultJson = "{}"): Kind => ({
  $case: "done",
  value: { ...who(offer), seq, outcome, reason: outcome === "ok" ? "" : "because", resultJson },
});

async function row(id: string) {
  const [run] = await trainer.db.query<{
    state: string;
    attempt: number;
    losses: number;
    step: number;
    reason: string | null;
  }>("SELECT state, attempt, losses, step, reason FROM runs WHERE id = $1", [id]);
  return run;
}
const loseLease = (id: string) =>
  trainer.db.query("UPDATE runs SET lease_until = clock_timestamp() - interval '1 second' WHERE id = $1", [id]);
const taskIds = async () =>
  (await trainer.db.query<{ id: string }>("SELECT id FROM tasks ORDER BY id")).map(({ id }) => id);

describe("a worker's stream", () => {
  it("offers a waiting run, stores what is said about it, and plans what takes its result in", async () => {
    await plan("a");
    const worker = new TestWorker().ready();
    const offer = await worker.next("offer");
    expect(offer).toMatchObject({ runId: "a", attempt: 1, kind: "diffusion", resume: [], configJson: '{"of":"a"}' });
    expect(offer.keyPrefix).toBe("run/a/attempt-1");
    worker
      .say(metrics(offer, 1n, 0.5, Number.NaN, 0.25))
      .say(checkpoint(offer, 2n, 10))
      .say(renew(offer, 12));
    worker.say(done(offer, 3n));
    const acks = [
      await worker.next("ack"),
      await worker.next("ack"),
      await worker.next("ack"),
      await worker.next("ack"),
    ];
    expect(acks.map(({ seq, accepted }) => [seq, accepted])).toEqual([
      [1n, true],
      [2n, true],
      [0n, true],
      [3n, true],
    ]);
    expect(await row("a")).toMatchObject({ state: "done", step: 12 });
    expect(await trainer.db.query("SELECT step, value FROM run_metrics ORDER BY step")).toEqual([
      { step: 0, value: 0.5 },
      { step: 2, value: 0.25 },
    ]);
    expect(await taskIds()).toEqual(["train.finish-run:a"]);
  });

  it("waits with an offer until there is a run, and offers only what the worker can run", async () => {
    const worker = new TestWorker("evaluator", ["evaluation"]).ready();
    await plan("a");
    await sleep(500);
    expect(worker.heard).toEqual([]);
    await trainer.db.transaction((tx) =>
      trainer.context.runs.plan(tx, [{ id: "e", kind: "evaluation", recipe: "debug", config: {} }]),
    );
    expect((await worker.next("offer")).runId).toBe("e");
  });

  it("gives every run to one of two workers", async () => {
    await plan("a", "b", "c", "d");
    const offers = await Promise.all(
      ["w1", "w2", "w3", "w4"].map((name) => new TestWorker(name).ready().next("offer")),
    );
    expect(offers.map(({ runId }) => runId).sort()).toEqual(["a", "b", "c", "d"]);
  });

  it("takes Ready said twice for one", async () => {
    await plan("a", "b");
    const worker = new TestWorker().ready().ready();
    await worker.next("offer");
    await sleep(500);
    expect([(await row("a"))?.state, (await row("b"))?.state]).toEqual(["leased", "waiting"]);
  });

  it("leases nothing to a worker that hung up or was cut off", async () => {
    const hungUp = new TestWorker("w1").ready();
    const cutOff = new TestWorker("w2").ready();
    await sleep(300);
    hungUp.hangUp();
    cutOff.leave();
    await sleep(300);
    await plan("a");
    await sleep(600);
    expect(await row("a")).toMatchObject({ state: "waiting", losses: 0 });
  });

  it("confirms what is said twice and stores it once, also over a new stream", async () => {
    await plan("a");
    const first = new TestWorker().ready();
    const offer = await first.next("offer");
    first.say(metrics(offer, 1n, 0.5)).say(checkpoint(offer, 2n, 10));
    await first.next("ack");
    await first.next("ack");
    first.leave();
    const again = new TestWorker()
      .say(renew(offer))
      .say(metrics(offer, 1n, 0.5))
      .say(checkpoint(offer, 2n, 10));
    again.say(done(offer, 3n)).say(done(offer, 3n));
    for (let n = 0; n < 5; n++) expect((await again.next("ack")).accepted).toBe(true);
    expect(await row("a")).toMatchObject({ state: "done", attempt: 1 });
    expect(await trainer.db.query("SELECT count(*)::int AS n FROM run_metrics")).toEqual([{ n: 1 }]);
    expect(await trainer.db.query("SELECT count(*)::int AS n FROM checkpoints")).toEqual([{ n: 1 }]);
    expect(await taskIds()).toEqual(["train.finish-run:a"]);
  });

  it("stores nothing of an attempt that lost its lease, and the next one goes on from its checkpoints", async () => {
    await plan("a");
    const zombie = new TestWorker("w1").ready();
    const lost = await zombie.next("offer");
    zombie.say(checkpoint(lost, 1n, 10));
    await zombie.next("ack");
    await loseLease("a");
    const heir = new TestWorker("w2").ready();
    const offer = await heir.next("offer");
    expect(offer).toMatchObject({ runId: "a", attempt: 2, resume: [{ step: 10 }] });
    zombie
      .say(metrics(lost, 2n, 9))
      .say(checkpoint(lost, 3n, 20))
      .say(renew(lost, 99))
      .say(done(lost, 4n));
    for (let n = 0; n < 4; n++) expect((await zombie.next("ack")).accepted).toBe(false);
    expect(await row("a")).toMatchObject({ state: "leased", attempt: 2, losses: 1, step: 0 });
    expect(await trainer.db.query("SELECT step, attempt FROM checkpoints")).toEqual([{ step: 10, attempt: 1 }]);
    expect(await trainer.db.query("SELECT * FROM run_metrics")).toEqual([]);
    expect(await taskIds()).toEqual([]);
  });

  it("lets a late renewal keep a lease that nobody took", async () => {
    await plan("a");
    const worker = new TestWorker().ready();
    const offer = await worker.next("offer");
    await loseLease("a");
    worker.say(renew(offer, 5));
    expect((await worker.next("ack")).accepted).toBe(true);
    await expect(trainer.context.runs.lease("w2", ["diffusion"], 30)).resolves.toBeUndefined();
  });

  it("refuses a worker without the token, and one that does not register", async () => {
    const stranger = new TestWorker("w1", [], "another-token");
    expect(await until("a refusal", () => stranger.error)).toMatchObject({ code: "unauthenticated" });
    const client = openClient(TrainServiceDefinition, server.address, TOKEN);
    const silent = (async function* () {
      yield { kind: { $case: "ready" as const, value: {} } };
    })();
    const stream = client.call.work(silent)[Symbol.asyncIterator]();
    await expect(stream.next()).rejects.toMatchObject({ code: "bad-input" });
    client.close();
  });
});

describe("how an attempt ends", () => {
  async function lease() {
    const worker = new TestWorker().ready();
    return { worker, offer: await worker.next("offer") };
  }
  const patience = () => trainer.db.query("UPDATE runs SET next_at = clock_timestamp()");

  it("fails for good when the configuration is wrong", async () => {
    await plan("a");
    const { worker, offer } = await lease();
    worker.say(done(offer, 1n, "user_error"));
    await worker.next("ack");
    expect(await row("a")).toMatchObject({ state: "failed", reason: "because" });
    expect(await taskIds()).toEqual(["train.finish-run:a"]);
  });

  it("waits longer before each new attempt after trouble around it, and fails when it was lost five times", async () => {
    await plan("a");
    for (let n = 1; n <= 5; n++) {
      await patience();
      const { worker, offer } = await lease();
      worker.say(done(offer, 1n, "infra"));
      await worker.next("ack");
      expect(await row("a")).toMatchObject({ state: n < 5 ? "waiting" : "failed", losses: n });
      await expect(trainer.context.runs.lease("w", ["diffusion"], 30)).resolves.toBeUndefined();
    }
  });

  it("may be preempted as often as it likes", async () => {
    await plan("a");
    for (let n = 1; n <= 8; n++) {
      const { worker, offer } = await lease();
      expect(offer.attempt).toBe(n);
      worker.say(done(offer, 1n, "preempted"));
      await worker.next("ack");
      worker.leave();
    }
    expect(await row("a")).toMatchObject({ state: "waiting", losses: 0 });
  });

  it("fails by the sweep, with its follow-up, when the fifth worker in a row was lost", async () => {
    await plan("a");
    for (let n = 1; n <= 5; n++) {
      expect(await trainer.context.runs.lease(`w${n}`, ["diffusion"], 30)).toMatchObject({ attempt: n });
      expect(await sweep(trainer.context)).toEqual({ runs: 0, versions: 0 });
      await loseLease("a");
    }
    await expect(trainer.context.runs.lease("w6", ["diffusion"], 30)).resolves.toBeUndefined();
    expect(await sweep(trainer.context)).toEqual({ runs: 1, versions: 0 });
    expect(await sweep(trainer.context)).toEqual({ runs: 0, versions: 0 });
    expect(await row("a")).toMatchObject({ state: "failed", reason: "every attempt lost its worker" });
    expect(await taskIds()).toEqual(["train.finish-run:a"]);
  });

  it.each([
    ["that is not JSON", "{NaN"],
    ["that no database can hold", '{"text": "\\u0000"}'],
  ])("fails with a result %s, instead of being said for ever", async (_, resultJson) => {
    await plan("a");
    const { worker, offer } = await lease();
    worker.say(done(offer, 1n, "ok", resultJson));
    await worker.next("ack");
    expect(await row("a")).toMatchObject({
      state: "failed",
      reason: expect.stringMatching(/not JSON|cannot be stored/),
    });
    expect(worker.error).toBeUndefined();
  });
});
