import { WEBHOOK_EVENT_NAMES } from "@anyone/domain/webhook";
import { z } from "zod";
import { operation } from "./operation.ts";
import { Facts, Moment } from "./page.ts";

const Event = z.enum(WEBHOOK_EVENT_NAMES);

export const NewWebhook = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: "expected an address, for example https://example.org/hook" }).max(2000),
  events: z.array(Event).min(1),
});

export const Webhook = z.object({
  id: z.number().int(),
  url: z.string(),
  events: z.array(z.string()),
  createdBy: z.string(),
  createdAt: Moment,
  waiting: z.number().int(),
  delivered: z.number().int(),
  /** Messages that were given up after the last try. */
  dead: z.number().int(),
  /** What went wrong with the message that is next. */
  lastError: z.string().nullable(),
});
export type Webhook = z.infer<typeof Webhook>;

export const WebhookDelivery = z.object({
  id: z.number().int(),
  type: z.string(),
  data: Facts,
  at: Moment,
  state: z.enum(["waiting", "delivered", "dead"]),
  attempts: z.number().int(),
  nextAt: Moment,
  lastStatus: z.number().int().nullable(),
  lastError: z.string().nullable(),
  deliveredAt: Moment.nullable(),
});
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;

const byId = z.object({ id: z.coerce.number().int().min(1).max(2_147_483_647) });

/** Addresses that are told of what happens; each message is signed as Standard Webhooks says. */
export const webhooksApi = {
  listWebhooks: operation({
    path: "/v1/webhooks",
    stage: "system",
    access: "operator",
    summary: "Lists the webhooks, and how many messages wait, were delivered (in the last week) and were given up",
    answer: z.object({ items: z.array(Webhook) }),
  }),
  addWebhook: operation({
    method: "POST",
    path: "/v1/webhooks",
    stage: "system",
    access: "operator",
    summary: "Adds a webhook; the secret that signs its messages is shown this once",
    body: NewWebhook,
    answer: Webhook.extend({ secret: z.string() }),
    status: 201,
  }),
  removeWebhook: operation({
    method: "DELETE",
    path: "/v1/webhooks/:id",
    stage: "system",
    access: "operator",
    summary: "Removes a webhook; what waits for it is not sent any more",
    params: byId,
    answer: z.object({ removed: z.literal(true) }),
  }),
  testWebhook: operation({
    method: "POST",
    path: "/v1/webhooks/:id/test",
    stage: "system",
    access: "operator",
    summary: "Sends a signed message of type `webhook.test` now, before all that wait, and tells what came of it",
    params: byId,
    answer: z.object({ delivered: z.boolean(), status: z.number().int().nullable(), detail: z.string() }),
    perMinute: 30,
  }),
  listDeliveries: operation({
    path: "/v1/webhooks/:id/deliveries",
    stage: "system",
    access: "operator",
    summary: "The last two hundred messages of a webhook, latest first",
    params: byId,
    query: z.object({ state: z.enum(["waiting", "delivered", "dead"]).optional() }),
    answer: z.object({ items: z.array(WebhookDelivery) }),
  }),
  retryDead: operation({
    method: "POST",
    path: "/v1/webhooks/:id/retry",
    stage: "system",
    access: "operator",
    summary: "Sends the messages again that were given up",
    params: byId,
    answer: z.object({ retried: z.number().int() }),
  }),
} as const;
