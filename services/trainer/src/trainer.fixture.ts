import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { addTasks } from "@anyone/db/add-tasks";
import { recordModelAnswers } from "@anyone/db/answers";
import { openDatabase } from "@anyone/db/client";
import { labellerRepository } from "@anyone/db/labellers";
import { protocolRepository } from "@anyone/db/protocols";
import { runRepository } from "@anyone/db/runs";
import { scheduleRepository } from "@anyone/db/schedules";
import { putSetting } from "@anyone/db/settings";
import { taskStore } from "@anyone/db/tasks";
import { versionRepository } from "@anyone/db/versions";
import { GIVER, NOT_ASKED, packAll } from "@anyone/domain/annotate/answer";
import { primeHuman, primeHumanDocument } from "@anyone/domain/annotate/prime-human";
import type { ReleasePolicy } from "@anyone/domain/release/policy";
import type { ClaimedTask } from "@anyone/domain/tasks";
import { sampleTruth } from "@anyone/drawn-world/draw-person";
import { next } from "@anyone/queues/job";
import { cutVersion } from "@anyone/queues/jobs/release";
import { logger } from "@anyone/runtime/logger";
import { putContent } from "@anyone/storage/content";
import { openStore } from "@anyone/storage/open-store";
import { createDatabase } from "@anyone/test/support/servers";
import type { TrainerContext } from "./context.ts";
import { handlers } from "./handlers.ts";

/** One image of the pool, drawn by its seed: what is true of it is what its labeller answered. */
export interface Pooled {
  seed: number;
  /** Its near-duplicate group; its own when absent. */
  group?: string;
  evaluated?: boolean;
  /** Its bytes; a word about its seed when they do not matter. */
  image?: Uint8Array;
  parts?: Uint8Array;
}

export type TestTrainer = Awaited<ReturnType<typeof openTrainer>>;

/** The trainer's handlers over a fresh database and a folder of objects, with the protocol and one labeller in place. */
export async function openTrainer() {
  const databaseUrl = await createDatabase();
  const db = openDatabase(databaseUrl);
  const folder = await mkdtemp(join(tmpdir(), "anyone-trainer-"));
  const objectsUrl = pathToFileURL(folder).href;
  const store = await openStore(objectsUrl);
  const versions = versionRepository(db);
  const context: TrainerContext = {
    db,
    store,
    versions,
    runs: runRepository(db),
    schedules: scheduleRepository(db),
    log: logger("test", "silent"),
  };
  const tasks = taskStore(db);
  await protocolRepository(db).publish(primeHumanDocument);
  await db.query(`INSERT INTO sources (id, connector, settings) VALUES ('drawn', 'folder', '{}')`);
  await db.query(`INSERT INTO evaluation_sets (id, protocol_id, seed, size, sha256) VALUES ('set', $1, 1, 1, '')`, [
    primeHuman.identity,
  ]);
  const labellers = labellerRepository(db);
  const labeller = { protocolId: primeHuman.identity, model: "rows", tier: "embedded", objectKey: null, sha256: null };
  await db.transaction(async (tx) => {
    const untrained = { iteration: null, trainedOn: 0, facts: {} };
    await labellers.add(tx, { ...labeller, ...untrained, id: "embedded-0", number: 0 });
    await labellers.promote(tx, "embedded-0");
  });

  /** Puts people into the pool, answered by the labeller. Returns their asset ids in the given order. */
  async function fill(people: readonly Pooled[]): Promise<string[]> {
    return Promise.all(people.map(admit));
  }

  async function admit({ seed, group, evaluated = false, ...bytes }: Pooled): Promise<string> {
    const { answers, width, height } = sampleTruth(seed);
    const image = await putContent(store, "asset", bytes.image ?? word(`image ${seed}`), "jpg");
    const parts = await putContent(store, "part-map", bytes.parts ?? word(`parts ${seed}`), "png");
    const id = image.sha256;
    const told = Object.entries(answers).map(([category, value]) => [category, { value }] as const);
    const value = packAll(primeHuman, Object.fromEntries(told));
    const giver = value.map((packed) => (packed === NOT_ASKED ? GIVER.nobody : GIVER.model));
    await db.transaction(async (tx) => {
      await tx.query(
        `INSERT INTO assets (id, candidate_id, source_id, width, height, original_key, image_key, thumbnail_key, parts_key,
                             phash, group_id, person_box, face_box, keypoints, part_shares, brisque)
         VALUES ($1, $1, 'drawn', $2, $3, 'o', $4, 't', $5, 0, $6, '{0,0,1,1}', '{}', '{}', '{}', 10)`,
        [id, width, height, image.key, parts.key, group ?? id],
      );
      const row = { assetId: id, labeller: 0, value, confidence: value.map(() => 900), giver };
      await recordModelAnswers(tx, primeHuman.identity, [row]);
      if (evaluated) {
        await tx.query(`INSERT INTO evaluation_items (set_id, asset_id, group_id) VALUES ('set', $1, $2)`, [
          id,
          group ?? id,
        ]);
      }
    });
    return id;
  }

  /** Opens the next version under a policy and plans its cutting. */
  async function openVersion(policy: Partial<ReleasePolicy> = {}): Promise<number> {
    await putSetting(db, { key: "release.policy", value: { training: null, ...policy }, by: "test" });
    return db.transaction(async (tx) => {
      const number = await versions.open(tx, { protocolId: primeHuman.identity, labellerId: "embedded-0" });
      await addTasks(tx, [next(cutVersion, { version: number })]);
      return number;
    });
  }

  /** Runs one task as the runner does. Returns its outcome's word, or the fault that ended it. */
  async function runTask(task: ClaimedTask): Promise<string> {
    const handler = handlers[task.name as keyof typeof handlers];
    const { id, fence } = task;
    if (!handler) return settle({ id, fence, end: "skipped", reason: "another service's" });
    try {
      const outcome = await handler(task.payload as never, { ...context, ...taskContext(task) });
      if (outcome.outcome !== "done") return settle({ id, fence, end: "skipped", reason: "nothing to do" });
      return settle({ id, fence, end: "done", write: outcome.write, next: outcome.next });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return settle({ id, fence, end: "dead", reason });
    }
  }

  async function settle(settlement: Parameters<typeof tasks.settle>[0][number]): Promise<string> {
    const [settled] = await tasks.settle([settlement]);
    if (settled?.result === "failed") throw settled.error;
    return settled?.result === "fenced" ? "fenced" : settlement.end;
  }

  /** Runs every ready task and what follows, those ready together at once as several workers would. Returns their ids. */
  async function work(): Promise<string[]> {
    const ids: string[] = [];
    for (;;) {
      const ready = await db.query<{ id: string }>(`SELECT id FROM tasks WHERE state = 'ready' ORDER BY id`);
      if (ready.length === 0) return ids;
      const claimed = await tasks.claim(ready.map(({ id }) => id));
      await Promise.all(claimed.map(runTask));
      ids.push(...claimed.map(({ id }) => id));
    }
  }

  return {
    context,
    db,
    store,
    tasks,
    folder,
    databaseUrl,
    objectsUrl,
    fill,
    openVersion,
    work,
    events: async (kind: string) =>
      (await db.query<{ text: string }>(`SELECT text FROM events WHERE kind = $1 ORDER BY id`, [kind])).map(
        ({ text }) => text,
      ),
    async close() {
      await db.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const word = (text: string) => new TextEncoder().encode(text);
export const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

function taskContext({ id, attempts }: ClaimedTask) {
  return {
    taskId: id,
    attempt: attempts,
    signal: new AbortController().signal,
    heartbeat: async () => {},
    traceparent: null,
  };
}
