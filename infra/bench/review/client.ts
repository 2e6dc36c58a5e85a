import { randomUUID } from "node:crypto";
import { type Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { primeHuman } from "../../../packages/domain/src/annotate/prime-human.ts";

interface Slot {
  taskId: string;
  category: number;
  fence: number;
}

interface Acknowledged extends Slot {
  reviewer: string;
  value: number;
}

/** What clients saw, all of them together. */
export interface Seen {
  claimMs: number[];
  saveMs: number[];
  acknowledged: Acknowledged[];
  refused: Map<string, number>;
  /** Claims that found nothing. */
  empty: number;
  /** Requests that got no answer of the API: the service was away, or the client gave up. */
  failed: number;
}

export function nothingSeen(): Seen {
  return { claimMs: [], saveMs: [], acknowledged: [], refused: new Map(), empty: 0, failed: 0 };
}

export interface ClientOptions {
  url: string;
  agent: Agent;
  reviewer: { name: string; key: string };
  /** Milliseconds from one answer to the next; 0: as fast as it goes. */
  paceMs: number;
  leaseSeconds: number;
  /** The chance, at each answer, that this client dies: its sockets are cut and its leases forgotten. */
  dies: number;
  seen: Seen;
  stopped(): boolean;
}

/** One person: leases a grid, answers it question by question, and sends again what was not acknowledged, under the same key. */
export async function work(options: ClientOptions): Promise<void> {
  const { paceMs, seen, stopped } = options;
  await sleep(Math.random() * paceMs * 24);
  let due = performance.now();
  while (!stopped()) {
    const slots = await claim(options);
    if (slots.length === 0) {
      seen.empty += 1;
      await sleep(100);
    }
    for (const slot of slots) {
      due = Math.max(due + paceMs, performance.now());
      if (due > performance.now()) await sleep(due - performance.now());
      if (stopped()) return;
      const dying = Math.random() < options.dies;
      await save(options, slot, dying);
      if (dying) break;
    }
  }
}

async function claim({ url, agent, reviewer, leaseSeconds, seen }: ClientOptions): Promise<Slot[]> {
  const startedAt = performance.now();
  const answer = await post<{ grid: { slots: Slot[] } | null }>(
    { url, agent, key: reviewer.key },
    "/v1/review/slots/lease",
    { leaseSeconds },
  );
  if (!answer) {
    seen.failed += 1;
    return [];
  }
  seen.claimMs.push(performance.now() - startedAt);
  return answer.grid?.slots ?? [];
}

async function save(options: ClientOptions, slot: Slot, dying: boolean): Promise<void> {
  const { url, agent, reviewer, seen, stopped } = options;
  const value = someValue(slot.category);
  const { taskId, category, fence } = slot;
  const idempotencyKey = randomUUID();
  for (;;) {
    const startedAt = performance.now();
    const answer = await post<{ results: { state: string; problem: { code: string } | null }[] }>(
      { url, agent, key: reviewer.key, idempotencyKey, ...(dying ? { cutAfterMs: Math.random() * 10 } : {}) },
      "/v1/review/slots/answers",
      { answers: [{ taskId, category, fence, value }] },
    );
    const result = answer?.results[0];
    if (result) {
      seen.saveMs.push(performance.now() - startedAt);
      if (result.state === "refused") {
        const code = result.problem?.code ?? "";
        seen.refused.set(code, (seen.refused.get(code) ?? 0) + 1);
      } else seen.acknowledged.push({ taskId, category, fence, reviewer: reviewer.name, value });
      return;
    }
    seen.failed += 1;
    if (dying || stopped()) return;
    await sleep(100);
  }
}

/** Mostly plain people: what may be absent is, every second time. */
function someValue(n: number): number {
  const { options, absent } = primeHuman.categories[n - 1] as (typeof primeHuman.categories)[number];
  if (absent !== undefined && Math.random() < 0.5) return options.indexOf(absent);
  return Math.floor(Math.random() * options.length);
}

/** The parsed answer, or undefined where there was none, or none of success. */
function post<Answer>(
  to: { url: string; agent: Agent; key: string; idempotencyKey?: string; cutAfterMs?: number },
  path: string,
  body: unknown,
): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const text = JSON.stringify(body);
    const sent = request(`${to.url}${path}`, {
      method: "POST",
      agent: to.agent,
      headers: {
        authorization: `Bearer ${to.key}`,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(text),
        ...(to.idempotencyKey ? { "idempotency-key": to.idempotencyKey } : {}),
      },
    });
    const cut = to.cutAfterMs === undefined ? undefined : setTimeout(() => sent.destroy(), to.cutAfterMs);
    const end = (answer?: Answer) => {
      clearTimeout(cut);
      resolve(answer);
    };
    sent.on("error", () => end());
    sent.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", () => end());
      response.on("end", () =>
        end(response.statusCode === 200 ? (JSON.parse(Buffer.concat(chunks).toString()) as Answer) : undefined),
      );
    });
    sent.end(text);
  });
}
