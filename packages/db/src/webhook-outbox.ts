import type { Sql } from "@anyone/domain/transaction";

/** A webhook whose messages one process may deliver until its lease ends. */
export interface HeldWebhook {
  id: number;
  url: string;
  /** Sealed. */
  secret: string;
  fence: number;
}

/** A message that is next. */
export interface DueDelivery {
  id: number;
  type: string;
  data: Record<string, unknown>;
  at: Date;
  attempts: number;
}

/** What came of one try; `nextSeconds` null: it was the last. */
export type Tried =
  | { ok: true; status: number }
  | { ok: false; status: number | null; detail: string; nextSeconds: number | null };

/**
 * The outbox as processes deliver it. A webhook's messages go out one after the other in the order of their ids, by the one
 * process that holds its lease; a message that fails holds up those behind it until it is delivered or given up. Whoever
 * was killed is replaced after the lease: a message may then arrive twice, under the same id, and never not at all.
 */
export const webhookOutbox = {
  /** A webhook whose first message is due and that nobody delivers for. */
  async claim(sql: Sql, leaseSeconds: number): Promise<HeldWebhook | undefined> {
    const [row] = await sql.query<HeldWebhook>(
      `UPDATE webhooks SET fence = fence + 1, lease_until = clock_timestamp() + make_interval(secs => $1)
        WHERE id = (
          SELECT w.id FROM webhooks w
           WHERE removed_at IS NULL AND (lease_until IS NULL OR lease_until < clock_timestamp())
             AND (SELECT next_at FROM webhook_deliveries d WHERE d.webhook_id = w.id AND state = 'waiting' ORDER BY d.id LIMIT 1)
                 <= clock_timestamp()
           ORDER BY lease_until NULLS FIRST LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id, url, secret, fence`,
      [leaseSeconds],
    );
    return row;
  },

  /** The first message that waits, if it is due and the lease is held; the lease begins anew. */
  async next(sql: Sql, { id, fence }: HeldWebhook, leaseSeconds: number): Promise<DueDelivery | undefined> {
    const [row] = await sql.query<DueDelivery & { due: boolean }>(
      `WITH held AS (
         UPDATE webhooks SET lease_until = clock_timestamp() + make_interval(secs => $3)
          WHERE id = $1 AND fence = $2 AND removed_at IS NULL RETURNING id)
       SELECT d.id::float8 AS id, type, data, at, attempts, next_at <= clock_timestamp() AS due
         FROM webhook_deliveries d JOIN held ON held.id = d.webhook_id WHERE state = 'waiting' ORDER BY d.id LIMIT 1`,
      [id, fence, leaseSeconds],
    );
    return row?.due ? row : undefined;
  },

  /** Writes down what came of a try, unless the webhook went to somebody else since. */
  async record(sql: Sql, { id, fence }: HeldWebhook, delivery: number, tried: Tried): Promise<void> {
    const dead = !tried.ok && tried.nextSeconds === null;
    await sql.query(
      `UPDATE webhook_deliveries SET state = $4, attempts = attempts + 1, last_status = $5, last_error = $6,
              next_at = clock_timestamp() + make_interval(secs => $7),
              delivered_at = CASE WHEN $4 = 'delivered' THEN clock_timestamp() END
        WHERE id = $3 AND state = 'waiting' AND EXISTS (SELECT FROM webhooks WHERE id = $1 AND fence = $2)`,
      [
        id,
        fence,
        delivery,
        tried.ok ? "delivered" : dead ? "dead" : "waiting",
        tried.status,
        tried.ok ? null : tried.detail.slice(0, 500),
        tried.ok ? 0 : (tried.nextSeconds ?? 0),
      ],
    );
  },

  /** Gives a webhook back, so that the next message needs no lease to end. */
  async release(sql: Sql, { id, fence }: HeldWebhook): Promise<void> {
    await sql.query("UPDATE webhooks SET lease_until = NULL WHERE id = $1 AND fence = $2", [id, fence]);
  },

  /** Forgets what was delivered more than a week ago. */
  async forget(sql: Sql): Promise<void> {
    await sql.query(
      "DELETE FROM webhook_deliveries WHERE state = 'delivered' AND delivered_at < clock_timestamp() - interval '7 days'",
    );
  },
};
