import { randomBytes } from "node:crypto";
import { fault } from "@anyone/domain/fault";
import type { Sql } from "@anyone/domain/transaction";
import { read } from "./browse/page.ts";
import { isClear, type Vault } from "./sealed-secret.ts";

export interface WebhookRow {
  id: number;
  url: string;
  events: string[];
  createdBy: string;
  createdAt: string;
  waiting: number;
  delivered: number;
  dead: number;
  lastError: string | null;
}

export interface DeliveryRow {
  id: number;
  type: string;
  data: Record<string, unknown>;
  at: string;
  state: "waiting" | "delivered" | "dead";
  attempts: number;
  nextAt: string;
  lastStatus: number | null;
  lastError: string | null;
  deliveredAt: string | null;
}

const WEBHOOK = `select id, url, events, created_by as "createdBy", created_at as "createdAt",
  (select count(*)::int from webhook_deliveries where webhook_id = webhooks.id and state = 'waiting') as waiting,
  (select count(*)::int from webhook_deliveries where webhook_id = webhooks.id and state = 'delivered') as delivered,
  (select count(*)::int from webhook_deliveries where webhook_id = webhooks.id and state = 'dead') as dead,
  (select last_error from webhook_deliveries where webhook_id = webhooks.id and state = 'waiting' order by id limit 1) as "lastError"
  from webhooks where removed_at is null`;

/** Addresses that are told of what happens, and the outbox of their messages. */
export const webhooks = {
  list: (sql: Sql): Promise<WebhookRow[]> => read(sql, `${WEBHOOK} order by id`),

  /** Adds one; `secret` (24 to 64 bytes in base64 after `whsec_`, as Standard Webhooks has it) is to be had this once. */
  async add(sql: Sql, vault: Vault, hook: { url: string; events: readonly string[]; by: string }) {
    const secret = `whsec_${randomBytes(32).toString("base64")}`;
    const [row] = await sql.query<{ id: number }>(
      "insert into webhooks (url, events, secret, created_by) values ($1, $2, $3, $4) returning id",
      [hook.url, [...new Set(hook.events)], vault.seal(secret, hook.url), hook.by],
    );
    return { ...(await webhookOf(sql, row?.id ?? 0)), secret };
  },

  /** Seals the secrets that were stored before there was a vault. */
  async sealClear(sql: Sql, vault: Vault): Promise<void> {
    const rows = await sql.query<{ id: number; url: string; secret: string }>("select id, url, secret from webhooks");
    for (const { id, url, secret } of rows) {
      if (!isClear(secret)) continue;
      await sql.query("update webhooks set secret = $2 where id = $1 and secret = $3", [
        id,
        vault.seal(secret, url),
        secret,
      ]);
    }
  },

  /** Removes one; its waiting messages are given up. Faults: `not-found`. */
  async remove(sql: Sql, id: number): Promise<void> {
    await webhookOf(sql, id);
    await sql.query(
      `with gone as (update webhooks set removed_at = clock_timestamp() where id = $1)
       update webhook_deliveries set state = 'dead', last_error = 'The webhook was removed.' where webhook_id = $1 and state = 'waiting'`,
      [id],
    );
  },

  /** Where a webhook's messages go and what signs them, sealed. Faults: `not-found`. */
  async target(sql: Sql, id: number): Promise<{ url: string; secret: string }> {
    const [row] = await sql.query<{ url: string; secret: string }>(
      "select url, secret from webhooks where id = $1 and removed_at is null",
      [id],
    );
    if (!row) throw missing(id);
    return row;
  },

  /** The last two hundred messages, latest first. Faults: `not-found`. */
  async deliveries(sql: Sql, id: number, state?: string): Promise<DeliveryRow[]> {
    await webhookOf(sql, id);
    return read(
      sql,
      `select id::float8 as id, type, data, at, state, attempts, next_at as "nextAt", last_status as "lastStatus",
              last_error as "lastError", delivered_at as "deliveredAt"
         from webhook_deliveries where webhook_id = $1 and ($2::text is null or state = $2) order by id desc limit 200`,
      [id, state ?? null],
    );
  },

  /** Sends again what was given up, and returns how many that are. Faults: `not-found`. */
  async retryDead(sql: Sql, id: number): Promise<number> {
    await webhookOf(sql, id);
    const rows = await sql.query(
      `update webhook_deliveries set state = 'waiting', attempts = 0, next_at = clock_timestamp()
        where webhook_id = $1 and state = 'dead' returning 1`,
      [id],
    );
    return rows.length;
  },
};

async function webhookOf(sql: Sql, id: number): Promise<WebhookRow> {
  const [row] = await read<WebhookRow>(sql, `${WEBHOOK} and id = $1`, [id]);
  if (!row) throw missing(id);
  return row;
}

function missing(id: number): Error {
  return fault("not-found", `There is no webhook ${id}.`, { hint: "List them: anyone webhooks list." });
}
