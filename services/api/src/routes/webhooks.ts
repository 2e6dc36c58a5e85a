import { randomUUID } from "node:crypto";
import { webhooksApi } from "@anyone/contracts/webhooks";
import { webhooks } from "@anyone/db/webhooks";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { route } from "../route.ts";
import { checkTarget } from "../webhooks/guarded-post.ts";
import { sendMessage } from "../webhooks/send.ts";

export function webhookRoutes(app: FastifyInstance, { db, vault, webhookPrivate }: ApiContext): void {
  route(app, webhooksApi.listWebhooks, async () => ({ items: await webhooks.list(db) }));

  route(app, webhooksApi.addWebhook, async ({ body, principal }) => {
    await checkTarget(body.url, webhookPrivate);
    return webhooks.add(db, vault, { ...body, by: principal.name });
  });

  route(app, webhooksApi.removeWebhook, async ({ params }) => {
    await webhooks.remove(db, params.id);
    return { removed: true as const };
  });

  route(app, webhooksApi.testWebhook, async ({ params, principal }) => {
    const target = await webhooks.target(db, params.id);
    const message = {
      id: `msg_test_${randomUUID()}`,
      type: "webhook.test",
      at: new Date(),
      data: { by: principal.name },
    };
    const sent = await sendMessage(target, message, { vault, allowed: webhookPrivate });
    return { delivered: sent.ok, status: sent.status, detail: sent.ok ? `It answered ${sent.status}.` : sent.detail };
  });

  route(app, webhooksApi.listDeliveries, async ({ params, query }) => ({
    items: await webhooks.deliveries(db, params.id, query.state),
  }));

  route(app, webhooksApi.retryDead, async ({ params }) => ({ retried: await webhooks.retryDead(db, params.id) }));
}
