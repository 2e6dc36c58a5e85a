import { createHash } from "node:crypto";
import { recordModelAnswers } from "@anyone/db/answers";
import { type OpenDatabase, openDatabase } from "@anyone/db/client";
import { iterations } from "@anyone/db/iterations";
import { labellerRepository } from "@anyone/db/labellers";
import { protocolRepository } from "@anyone/db/protocols";
import { putSetting } from "@anyone/db/settings";
import { taskStore } from "@anyone/db/tasks";
import { type Answer, GIVER, NOT_ASKED, packAll } from "@anyone/domain/annotate/answer";
import { applicable } from "@anyone/domain/annotate/gates";
import { primeHuman, primeHumanDocument } from "@anyone/domain/annotate/prime-human";
import { random } from "@anyone/domain/random";
import type { ReviewPolicy } from "@anyone/domain/review/policy";
import type { ClaimedTask } from "@anyone/domain/tasks";
import { type OpenClient, openClient } from "@anyone/grpc/client";
import { ReviewServiceDefinition, type ReviewTask } from "@anyone/grpc/generated/anyone/v1/review";
import { type RunningServer, serve } from "@anyone/grpc/server";
import { next } from "@anyone/queues/job";
import { advanceIteration } from "@anyone/queues/jobs/review";
import { logger } from "@anyone/runtime/logger";
import { createDatabase } from "@anyone/test/support/servers";
import type { ReviewContext } from "./context.ts";
import { handlers } from "./handlers.ts";
import { POLICY_SETTING } from "./open-iteration.ts";
import { reviewService } from "./service.ts";

export const TOKEN = "a-token-for-these-tests";
const SHOTS = ["full_body", "portrait"];

/** The review service on a real database and a real socket, beside a trainer and an annotator that only write rows. */
export interface Loop {
  db: OpenDatabase;
  context: ReviewContext;
  server: RunningServer;
  client: OpenClient<typeof ReviewServiceDefinition>;
  assetIds: string[];
  /** Runs every ready review task, and those of the stages beside it, until nothing is ready. */
  settleTasks(): Promise<string[]>;
  /** Answers a leased page truthfully. */
  answersOf(task: ReviewTask): { category: number; value: number }[];
  /** Leases and answers every page that waits. Returns how many. */
  answerAll(reviewer?: string): Promise<number>;
  close(): Promise<void>;
}

/**
 * @param skill the labeller's accuracy per iteration number, 0 = untrained; the last one stays
 * @param broken place of an asset that no labeller can answer again: its task of its own is dead
 */
export async function startLoop(
  policy: Partial<ReviewPolicy>,
  { assets = 60, skill = [0.1, 0.95], broken }: { assets?: number; skill?: number[]; broken?: number } = {},
): Promise<Loop> {
  const db = openDatabase(await createDatabase(), { max: 12 });
  const protocols = protocolRepository(db);
  await protocols.publish(primeHumanDocument);
  const context = { db, protocols };
  const server = await serve("127.0.0.1:0", TOKEN, ReviewServiceDefinition, reviewService(context), (error) =>
    console.error(error),
  );
  const client = openClient(ReviewServiceDefinition, server.address, TOKEN);
  const labellers = labellerRepository(db);
  const labeller = {
    protocolId: primeHuman.identity,
    model: "rows",
    tier: "embedded",
    objectKey: null,
    sha256: null,
    facts: {},
  };

  await putSetting(db, { key: POLICY_SETTING, value: policy, by: "test" });
  const assetIds = await insertAssets(db, assets);
  await db.transaction(async (tx) => {
    await labellers.add(tx, { ...labeller, id: "embedded-0", number: 0, iteration: null, trainedOn: 0 });
    await labellers.promote(tx, "embedded-0");
  });
  await annotate(assetIds, 0);

  async function annotate(ids: readonly string[], number: number): Promise<void> {
    const accuracy = skill[Math.min(number, skill.length - 1)] ?? 0;
    const rows = ids.map((assetId) => {
      const draw = random(`${assetId} by ${number}`);
      const value = truthOf(assetId).map((right, index) => {
        if (right === NOT_ASKED || draw() < accuracy) return right;
        return (right + 1) % (primeHuman.categories[index]?.options.length ?? 1);
      });
      return {
        assetId,
        labeller: number,
        value,
        confidence: value.map(() => Math.floor(draw() * 1000)),
        giver: value.map((packed) => (packed === NOT_ASKED ? GIVER.nobody : GIVER.model)),
      };
    });
    await db.transaction((tx) => recordModelAnswers(tx, primeHuman.identity, rows));
  }

  /** What other services do with their tasks, as far as their rows are seen here. */
  async function beside(task: ClaimedTask): Promise<void> {
    const {
      iteration,
      assetIds: ids,
      labellerId,
    } = task.payload as { iteration: number; assetIds: string[]; labellerId?: string };
    if (task.name === "annotate.assets") {
      const asked = labellerId ? await labellers.get(labellerId) : await labellers.promoted(primeHuman.identity);
      const dead = broken === undefined ? undefined : assetIds.at(broken);
      if (dead && ids.includes(dead)) await giveUp(dead, task);
      return annotate(
        ids.filter((id) => id !== dead),
        asked?.number ?? 0,
      );
    }
    if (task.name !== "train.fine-tune-labeller") return;
    await db.transaction((tx) =>
      labellers.add(tx, { ...labeller, id: `embedded-${iteration}`, number: iteration, iteration, trainedOn: 1 }),
    );
  }

  async function giveUp(assetId: string, { id, payload }: ClaimedTask): Promise<void> {
    await db.query(
      `INSERT INTO tasks (id, name, stage, payload, state, reason) VALUES ($1, 'annotate.assets', 'annotate', $2, 'dead', 'unreadable')`,
      [`${id} alone`, JSON.stringify({ ...(payload as object), assetIds: [assetId] })],
    );
  }

  async function settleTasks(): Promise<string[]> {
    const store = taskStore(db);
    const names: string[] = [];
    for (;;) {
      const ready = await db.query<{ id: string }>(`SELECT id FROM tasks WHERE state = 'ready' ORDER BY created_at`);
      if (ready.length === 0) return names;
      for (const task of await store.claim(ready.map(({ id }) => id))) {
        names.push(task.name);
        const handler = handlers[task.name as keyof typeof handlers];
        if (!handler) await beside(task);
        const outcome = handler
          ? await handler(task.payload as never, { ...context, ...taskContext(task) })
          : { outcome: "done" as const, next: nudgeFor(task) };
        const { id, fence } = task;
        const [settled] = await store.settle([
          outcome.outcome === "done"
            ? { id, fence, end: "done", write: "write" in outcome ? outcome.write : undefined, next: outcome.next }
            : { id, fence, end: "skipped", reason: outcome.reason },
        ]);
        if (settled?.result !== "committed")
          throw settled && "error" in settled ? settled.error : new Error(settled?.result);
      }
    }
  }

  const answersOf = (task: ReviewTask) =>
    truthOf(task.assetId).flatMap((value, index) =>
      task.categories.includes(index + 1) ? [{ category: index + 1, value }] : [],
    );

  async function answerAll(reviewer = "ada"): Promise<number> {
    for (let pages = 0; ; pages++) {
      const { task } = await client.call.leaseTask({ reviewer, purpose: "", leaseSeconds: 60 });
      if (!task) return pages;
      await client.call.submitAnswers({
        taskId: task.id,
        reviewer,
        fence: task.fence,
        idempotencyKey: `key-${task.id}`,
        answers: answersOf(task),
      });
    }
  }

  return {
    db,
    context,
    server,
    client,
    assetIds,
    settleTasks,
    answersOf,
    answerAll,
    async close() {
      client.close();
      await server.close();
      await db.close();
    },
  };
}

/** Puts `count` assets without bytes into the pool, each a near-duplicate group of its own; returns their ids. */
export async function insertAssets(db: OpenDatabase, count: number): Promise<string[]> {
  const assetIds = Array.from({ length: count }, (_, n) => createHash("sha256").update(`asset ${n}`).digest("hex"));
  await db.query(
    `INSERT INTO assets (id, candidate_id, source_id, width, height, original_key, image_key, thumbnail_key, parts_key,
                         phash, group_id, person_box, face_box, keypoints, part_shares, cut_parts, brisque)
     SELECT id, id, 'test', 640, 1280, 'o', 'i', 't', 'p', 0, id, '{}', '{}', '{}', '{}', '{}', 10 FROM unnest($1::text[]) AS id`,
    [assetIds],
  );
  return assetIds;
}

/** What is true of an asset: an interview with a drawn person who is mostly plain, so that most questions repeat. */
export function truthOf(assetId: string): number[] {
  const before = truths.get(assetId);
  if (before) return before;
  const truth = drawTruth(assetId);
  truths.set(assetId, truth);
  return truth;
}

const truths = new Map<string, number[]>();

function drawTruth(assetId: string): number[] {
  const draw = random(`truth ${assetId}`);
  const answers: Record<string, Answer> = {};
  for (
    let wave = applicable(primeHuman, answers, null);
    wave.length > 0;
    wave = applicable(primeHuman, answers, null)
  ) {
    for (const { id, options, absent } of wave) {
      const worn = absent !== undefined && draw() < 0.7;
      const value =
        id === "frame.shot" ? SHOTS[Math.floor(draw() * 2)] : options[Math.floor(draw() * draw() * options.length)];
      answers[id] = { value: worn ? absent : (value ?? "") };
    }
  }
  for (const rule of primeHuman.rules) {
    // at most two head coverings: the later ones are taken off
    if ("positive" in rule) for (const id of rule.positive.slice(rule.at_most)) answers[id] = { value: "no" };
  }
  const heads = /^(headscarf|veil)\.(pattern|material)$/;
  for (const id of Object.keys(answers)) if (heads.test(id)) delete answers[id];
  return packAll(primeHuman, answers);
}

/** The trainer and the annotator say when they are done. */
function nudgeFor({ id, payload }: ClaimedTask) {
  const { iteration } = payload as { iteration?: number };
  if (!iteration) return [];
  return [next(advanceIteration, { iteration, nudge: createHash("sha256").update(id).digest("hex").slice(0, 16) })];
}

function taskContext({ id, attempts }: ClaimedTask) {
  return {
    taskId: id,
    attempt: attempts,
    signal: new AbortController().signal,
    heartbeat: async () => {},
    traceparent: null,
    log: logger("test", "silent"),
  };
}

/** The latest iteration, which must exist. */
export async function latestOf(loop: Loop) {
  const iteration = await iterations.latest(loop.db);
  if (!iteration) throw new Error("no iteration was opened");
  return iteration;
}
