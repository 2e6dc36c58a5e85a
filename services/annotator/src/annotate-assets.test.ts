import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { answerRepository } from "@anyone/db/answers";
import { type OpenDatabase, openDatabase } from "@anyone/db/client";
import { labellerRepository } from "@anyone/db/labellers";
import { protocolRepository } from "@anyone/db/protocols";
import { GIVER, NOT_ASKED, unpackAll } from "@anyone/domain/annotate/answer";
import { checkRecord } from "@anyone/domain/annotate/check-record";
import { primeHumanDocument as document, primeHuman } from "@anyone/domain/annotate/prime-human";
import { AssetId, LabellerId, ProtocolId } from "@anyone/domain/ids";
import { type Inference, openInference } from "@anyone/grpc/annotate";
import type { Outcome, TaskContext } from "@anyone/queues/job";
import { logger } from "@anyone/runtime/logger";
import { createDatabase } from "@anyone/test/support/servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { annotateAssets } from "./annotate-assets.ts";
import type { AnnotatorContext } from "./context.ts";

const WORKER = join(import.meta.dirname, "../../gpu-worker");
const PYTHON = join(WORKER, "../../.anyone/python/bin/python");
const TOKEN = "a-token-for-these-tests";
const FIGURES = 40;
const REFUSED = "Which kind of top is it?";
/** A costume would cover the top, and nobody would be asked about it. */
const COSTUME = "Which kind of costume is it?";

interface Made {
  labeller: { key: string; sha256: string };
  figures: { imageKey: string; partsKey: string; answers: Record<string, string> }[];
}

let folder: string;
let made: Made;
let server: ChildProcess;
let chat: Awaited<ReturnType<typeof startChat>>;
let inference: Inference;
let db: OpenDatabase;
let protocolId: ProtocolId;
const assetIds: AssetId[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "annotate-"));
  [made, db] = await Promise.all([makeFigures(), createDatabase().then((url) => openDatabase(url))]);
  protocolId = ProtocolId.parse(await protocolRepository(db).publish(document));
  for (const figure of made.figures) assetIds.push(await insertAsset(figure));
  const { key, sha256 } = made.labeller;
  await db.transaction((tx) =>
    labellerRepository(db).add(tx, { ...LABELLER, objectKey: key, sha256, protocolId, facts: {} }),
  );
  chat = await startChat(({ question, options }) =>
    question === REFUSED
      ? "I'd rather not say."
      : ((question === COSTUME ? undefined : options.find((option) => option !== "none")) ?? "none"),
  );
  const port = await freePort();
  server = spawn(PYTHON, ["-m", "anyone_gpu.main", "serve"], {
    cwd: WORKER,
    env: {
      ...process.env,
      OBJECTS_URL: `file://${folder}`,
      SERVICE_TOKEN: TOKEN,
      INFERENCE_ADDRESS: `127.0.0.1:${port}`,
      ANYONE_HOME: folder,
      VLM_URL: chat.url,
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
  inference = openInference(`127.0.0.1:${port}`, TOKEN);
  await answering();
}, 300_000);

afterAll(async () => {
  inference?.close();
  server?.kill("SIGTERM");
  await chat?.stop();
  await db?.close();
  await rm(folder, { recursive: true, force: true });
});

describe("annotating a chunk of assets", () => {
  it("records legal answers whose gates were open, for every asset, with the untrained labeller", async () => {
    const chunk = assetIds.slice(0, 40);
    await commit(await annotateAssets({ assetIds: chunk, protocolId }, context()));
    const rows = await answerRepository(db).of(chunk, protocolId);
    expect(rows.size).toBe(40);
    for (const row of rows.values()) {
      const answers = unpackAll(primeHuman, row.value);
      expect(checkRecord(primeHuman, answers).filter(({ level }) => level === "error")).toEqual([]);
      expect(Object.keys(answers).length).toBeGreaterThan(10);
      expect(row.labeller).toBe(0);
      expect(row.giver.every((who, index) => (who === GIVER.model) === (row.value[index] !== -1))).toBe(true);
    }
    expect((await labellerRepository(db).get("embedded-0")).number).toBe(0);
  });

  it("answers what the labeller learned, and the branch of a garment only where the garment is", async () => {
    const chunk = assetIds.slice(0, 30);
    const labellerId = LabellerId.parse("embedded-1");
    await commit(await annotateAssets({ assetIds: chunk, protocolId, labellerId }, context()));
    const rows = await answerRepository(db).of(chunk, protocolId);
    const right = chunk.map((id, place) => {
      const row = rows.get(id);
      const answers = unpackAll(primeHuman, row?.value ?? []);
      expect(row?.labeller).toBe(1);
      expect(answers["hat.material"] === undefined).toBe(answers["hat.type"]?.value === "none");
      return answers["hat.type"]?.value === made.figures[place]?.answers["hat.type"];
    });
    expect(right.filter(Boolean).length).toBeGreaterThan(26);
  });

  it("keeps what a person said, and follows its gates", async () => {
    const id = assetIds[0] as AssetId;
    const top = primeHuman.byId.get("top.type")?.index ?? -1;
    await db.query(`UPDATE answers SET value[$2] = 0, giver[$2] = 2, confidence[$2] = 0 WHERE asset_id = $1`, [
      id,
      top + 1,
    ]);
    const labellerId = LabellerId.parse("embedded-1");
    await commit(await annotateAssets({ assetIds: [id], protocolId, labellerId }, context()));
    const row = (await answerRepository(db).of([id], protocolId)).get(id);
    const answers = unpackAll(primeHuman, row?.value ?? []);
    expect(answers["top.type"]?.value).toBe("none");
    expect(row?.giver[top]).toBe(GIVER.person);
    expect(Object.keys(answers).filter((category) => category.startsWith("top."))).toEqual(["top.type"]);
  });

  it("keeps what a person said while the model was at work", async () => {
    const id = assetIds[1] as AssetId;
    const outcome = await annotateAssets({ assetIds: [id], protocolId }, context());
    await db.query(`UPDATE answers SET value[1] = -2, giver[1] = 2 WHERE asset_id = $1`, [id]);
    await commit(outcome);
    const row = (await answerRepository(db).of([id], protocolId)).get(id);
    expect([row?.value[0], row?.giver[0]]).toEqual([-2, GIVER.person]);
  });

  it("never lets a late task of an older labeller overwrite a newer one's answers", async () => {
    const id = assetIds[2] as AssetId;
    await commit(await annotateAssets({ assetIds: [id], protocolId }, context())); // the untrained one is current
    expect((await answerRepository(db).of([id], protocolId)).get(id)?.labeller).toBe(1);
  });

  it("sets an unreadable asset apart and answers the others; alone, it fails with its reason", async () => {
    await writeFile(join(folder, "broken.jpg"), "<html>");
    const broken = await insertAsset({ imageKey: "broken.jpg", partsKey: "figure-0.png" });
    const outcome = await annotateAssets({ assetIds: [assetIds[3] as AssetId, broken], protocolId }, context());
    await commit(outcome);
    expect(outcome.outcome === "done" && outcome.next.map(({ payload }) => payload.assetIds)).toEqual([[broken]]);
    expect((await answerRepository(db).of([broken], protocolId)).size).toBe(0);
    await expect(annotateAssets({ assetIds: [broken], protocolId }, context())).rejects.toThrow(/can't be decoded/);
  });

  it("leaves open what a model refused, keeps its other answers, and asks nothing that hangs on it", async () => {
    const file = JSON.stringify({ format: 1, adapter: "openai", version: "chat-1", model: "a-model" });
    await writeFile(join(folder, "chat-1.json"), file);
    const sha256 = createHash("sha256").update(file).digest("hex");
    const row = { id: "chat-1", number: 7, model: "a-model", tier: "modern", iteration: null, trainedOn: 0, facts: {} };
    await db.transaction((tx) =>
      labellerRepository(db).add(tx, { ...row, protocolId, objectKey: "chat-1.json", sha256 }),
    );
    const id = assetIds[6] as AssetId;
    const payload = { assetIds: [id], protocolId, labellerId: LabellerId.parse("chat-1") };
    await commit(await annotateAssets(payload, context()));
    const stored = (await answerRepository(db).of([id], protocolId)).get(id);
    const answers = unpackAll(primeHuman, stored?.value ?? []);
    const top = primeHuman.byId.get("top.type");
    expect(top?.question === REFUSED).toBe(true);
    expect([stored?.value[top?.index ?? -1], stored?.giver[top?.index ?? -1]]).toEqual([NOT_ASKED, GIVER.nobody]);
    expect(Object.keys(answers).filter((category) => category.startsWith("top."))).toEqual([]);
    expect(answers["hat.type"]).toBeDefined();
    expect(chat.asked.filter((question) => question === REFUSED)).toHaveLength(1);
    expect(stored?.labeller).toBe(7);
  });

  it("nudges the iteration that waits, once per task", async () => {
    const payload = { assetIds: [assetIds[4] as AssetId], protocolId, iteration: 2 };
    const [once, again] = [await annotateAssets(payload, context()), await annotateAssets(payload, context())];
    const ids = [once, again].map((outcome) => outcome.outcome === "done" && outcome.next.map(({ id }) => id));
    expect(ids[0]).toEqual([expect.stringMatching(/^review\.advance:2\.annotated-[0-9a-f]{16}$/)]);
    expect(ids[1]).toEqual(ids[0]);
  });

  it("says when the labeller's file was altered, and when nobody listens", async () => {
    const row = { ...LABELLER, id: "embedded-9", number: 9, objectKey: made.labeller.key, protocolId, facts: {} };
    await db.transaction((tx) => labellerRepository(db).add(tx, { ...row, sha256: "0".repeat(64) }));
    const altered = { assetIds: [assetIds[5] as AssetId], protocolId, labellerId: LabellerId.parse("embedded-9") };
    await expect(annotateAssets(altered, context())).rejects.toMatchObject({ code: "altered-object", retry: false });
    const nobody = openInference(`127.0.0.1:${await freePort()}`, TOKEN);
    const lost = annotateAssets({ assetIds: assetIds.slice(0, 1), protocolId }, { ...context(), inference: nobody });
    await expect(lost).rejects.toMatchObject({ code: "unavailable", retry: true });
    nobody.close();
  });
});

const LABELLER = {
  id: "embedded-1",
  number: 1,
  model: "part-labeller",
  tier: "embedded",
  iteration: 1,
  trainedOn: 200,
};

function context(): AnnotatorContext & TaskContext {
  return {
    answers: answerRepository(db),
    labellers: labellerRepository(db),
    protocols: protocolRepository(db),
    inference,
    log: logger("annotator", "silent"),
    taskId: "annotate.assets:test",
    attempt: 1,
    signal: new AbortController().signal,
    heartbeat: async () => {},
    traceparent: null,
  };
}

async function commit(outcome: Outcome): Promise<void> {
  if (outcome.outcome !== "done") throw new Error(`not done: ${JSON.stringify(outcome)}`);
  await db.transaction(async (tx) => outcome.write?.(tx));
}

async function makeFigures(): Promise<Made> {
  const questions = primeHuman.categories.map(({ n, id, options, parts }) => ({ category: n, id, options, parts }));
  const file = join(folder, "questions.json");
  await writeFile(file, JSON.stringify(questions));
  const { stdout } = await promisify(execFile)(
    PYTHON,
    ["-m", "tests.annotate.make_figures", folder, file, String(FIGURES)],
    { cwd: WORKER, maxBuffer: 1e7 },
  );
  return JSON.parse(stdout);
}

async function insertAsset({ imageKey, partsKey }: { imageKey: string; partsKey: string }): Promise<AssetId> {
  const id = createHash("sha256").update(imageKey).digest("hex");
  await db.query(
    `INSERT INTO assets (id, candidate_id, source_id, width, height, original_key, image_key, thumbnail_key, parts_key,
       phash, group_id, person_box, face_box, keypoints, part_shares, brisque)
     VALUES ($1, $1, 'test', 160, 320, 'x', $2, 'x', $3, 0, $1, '{}', '{}', '{}', '{}', 0)`,
    [id, imageKey, partsKey],
  );
  return AssetId.parse(id);
}

/** A server of the OpenAI-compatible wire that answers what `say` says. */
async function startChat(say: (asked: { question: string; options: string[] }) => string) {
  const asked: string[] = [];
  const server = createHttpServer(async (request, response) => {
    const body = JSON.parse(await text(request));
    const [question = "", listed = ""] = body.messages[1].content[1].text.split("\nOptions: ");
    asked.push(question);
    const content = JSON.stringify({ answer: say({ question, options: listed.split("; ") }) });
    const choices = [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }];
    response.setHeader("content-type", "application/json").end(JSON.stringify({ object: "chat.completion", choices }));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as { port: number };
  const stop = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { url: `http://127.0.0.1:${port}/v1`, asked, stop };
}

/** Waits until the server answers at all: an empty request is refused, which is an answer. */
async function answering(): Promise<void> {
  for (let tries = 0; tries < 320; tries++) {
    const code = await inference
      .ask({ protocolId, labeller: undefined, images: [], questions: [] })
      .catch((error) => error.code);
    if (code === "bad-input") return;
    await sleep(250);
  }
  throw new Error("the inference server did not start");
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
