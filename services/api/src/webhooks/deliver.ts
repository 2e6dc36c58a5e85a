import { setTimeout as sleep } from "node:timers/promises";
import type { Vault } from "@anyone/db/sealed-secret";
import { type HeldWebhook, webhookOutbox } from "@anyone/db/webhook-outbox";
import type { Sql } from "@anyone/domain/transaction";
import { retryAfter } from "@anyone/domain/webhook";
import type { AllowedPrivate } from "./guarded-post.ts";
import { sendMessage } from "./send.ts";

export interface DeliveryOptions {
  /** Opens the secrets that sign what is sent. */
  vault: Vault;
  allowed: AllowedPrivate;
  /** Seconds between tries; the platform's own schedule when absent. */
  schedule?: readonly number[];
  /** How long a process that was killed keeps others from its webhooks: longer than one try can take. */
  leaseSeconds?: number;
  pollMs?: number;
  /** Told what kept it from looking at the outbox. */
  warn?: (error: unknown) => void;
}

/** Webhooks that are delivered to at once; a slow one holds up nobody else until all of these are. */
const AT_ONCE = 8;
const FORGET_EVERY_MS = 3_600_000;

/** Delivers the outbox until it is closed. Any number of processes may: each webhook is in the hands of one. */
export function startDeliveries(db: Sql, options: DeliveryOptions): { close(): Promise<void> } {
  const { pollMs = 1_000, leaseSeconds = 60, warn = () => {} } = options;
  const halt = new AbortController();
  const active = new Set<Promise<void>>();
  let forgotten = Date.now();

  async function look(): Promise<void> {
    while (active.size < AT_ONCE && !halt.signal.aborted) {
      const held = await webhookOutbox.claim(db, leaseSeconds);
      if (!held) break;
      const work = empty(db, held, { ...options, leaseSeconds, signal: halt.signal })
        .catch(warn)
        .finally(() => active.delete(work));
      active.add(work);
    }
    if (Date.now() - forgotten < FORGET_EVERY_MS) return;
    forgotten = Date.now();
    await webhookOutbox.forget(db);
  }

  const looking = (async () => {
    while (!halt.signal.aborted) {
      await look().catch(warn);
      await sleep(pollMs, undefined, { signal: halt.signal }).catch(() => {});
    }
  })();

  return {
    async close() {
      halt.abort();
      await looking;
      await Promise.all(active);
    },
  };
}

/** Sends a webhook's messages in their order until none is due. */
async function empty(
  db: Sql,
  held: HeldWebhook,
  { vault, allowed, schedule, leaseSeconds, signal }: DeliveryOptions & { leaseSeconds: number; signal: AbortSignal },
): Promise<void> {
  try {
    while (!signal.aborted) {
      const message = await webhookOutbox.next(db, held, leaseSeconds);
      if (!message) return;
      const sent = await sendMessage(held, { ...message, id: `msg_${message.id}` }, { vault, allowed, signal });
      if (signal.aborted && !sent.ok) return; // cut off by our own end: no try of theirs
      const nextSeconds = retryAfter(message.attempts + 1, Math.random(), schedule);
      await webhookOutbox.record(db, held, message.id, sent.ok ? sent : { ...sent, nextSeconds });
    }
  } finally {
    await webhookOutbox.release(db, held).catch(() => {}); // its lease ends by itself
  }
}
