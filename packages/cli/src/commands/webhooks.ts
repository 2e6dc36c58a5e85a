import { type Webhook, webhooksApi } from "@anyone/contracts/webhooks";
import { fault } from "@anyone/domain/fault";
import { WEBHOOK_EVENT_NAMES, WEBHOOK_EVENTS, type WebhookEvent } from "@anyone/domain/webhook";
import type { Command } from "commander";
import { wholeNumber } from "../numbers.ts";
import { makeOutput, table } from "../output.ts";
import { connect } from "../session.ts";

const id = wholeNumber(1, 2_147_483_647);

/** `webhooks`: addresses that are told of what happens. */
export function addWebhooks(program: Command): void {
  const output = () => makeOutput(program.opts<{ json?: boolean }>().json ?? false);
  const webhooks = program.command("webhooks").description("tell addresses of what happens, by signed messages");

  webhooks
    .command("add")
    .description("add an address; the secret that signs its messages is shown this once")
    .argument("<url>", "where messages are posted, for example https://example.org/hook")
    .requiredOption("--events <events>", "what it is told of, separated by commas; or all")
    .addHelpText(
      "after",
      `\n${WEBHOOK_EVENT_NAMES.map((name) => `  ${name.padEnd(20)}${WEBHOOK_EVENTS[name]}`).join("\n")}\n${HELP}`,
    )
    .action(async (url: string, options: { events: string }) => {
      const body = { url, events: eventsIn(options.events) };
      const added = await connect().client.call(webhooksApi.addWebhook, { body });
      output().result(
        added,
        () =>
          `Webhook ${added.id} is added. Its secret, shown this once:\n${added.secret}\nTry it: anyone webhooks test ${added.id}`,
      );
    });

  webhooks
    .command("list")
    .description("list the webhooks, with what waits for them and what was given up")
    .action(async () => {
      const { items } = await connect().client.call(webhooksApi.listWebhooks);
      output().result(items, () => (items.length === 0 ? "No webhook yet." : listed(items)));
    });

  webhooks
    .command("remove")
    .description("remove a webhook; what waits for it is not sent any more")
    .argument("<id>", "number of the webhook", id)
    .action(async (number: number) => {
      const removed = await connect().client.call(webhooksApi.removeWebhook, { params: { id: number } });
      output().result(removed, () => `Webhook ${number} is removed.`);
    });

  webhooks
    .command("test")
    .description("send a signed message of type webhook.test now")
    .argument("<id>", "number of the webhook", id)
    .action(async (number: number) => {
      const sent = await connect().client.call(webhooksApi.testWebhook, { params: { id: number } });
      if (!sent.delivered) throw fault("unavailable", `The message was not taken. ${sent.detail}`);
      output().result(sent, () => `The message was taken. ${sent.detail}`);
    });

  webhooks
    .command("dead")
    .description("list the messages that were given up, or with --retry send them again")
    .argument("<id>", "number of the webhook", id)
    .option("--retry", "send them again")
    .action(async (number: number, { retry }: { retry?: boolean }) => {
      const { client } = connect();
      const params = { id: number };
      if (retry) {
        const { retried } = await client.call(webhooksApi.retryDead, { params });
        return output().result({ retried }, () => `${retried} messages are sent again.`);
      }
      const { items } = await client.call(webhooksApi.listDeliveries, { params, query: { state: "dead" } });
      const rows = items.map(({ id, type, at, attempts, lastError }) => [`msg_${id}`, type, at, attempts, lastError]);
      output().result(items, () =>
        rows.length === 0 ? "None was given up." : table([["message", "type", "of", "tries", "why"], ...rows]),
      );
    });
}

function eventsIn(text: string): WebhookEvent[] {
  if (text.trim() === "all") return [...WEBHOOK_EVENT_NAMES];
  const named = text.split(",").map((name) => name.trim());
  const known = named.filter((name): name is WebhookEvent => Object.hasOwn(WEBHOOK_EVENTS, name));
  const unknown = named.filter((name) => !Object.hasOwn(WEBHOOK_EVENTS, name));
  if (unknown.length === 0) return known;
  throw fault("bad-input", `There is no event ${unknown.join(", ")}.`, {
    hint: `There are ${WEBHOOK_EVENT_NAMES.join(", ")}.`,
  });
}

function listed(items: readonly Webhook[]): string {
  return table([
    ["webhook", "address", "events", "waiting", "delivered", "dead", "trouble"],
    ...items.map(({ id, url, events, waiting, delivered, dead, lastError }) => [
      String(id),
      url,
      events.join(","),
      waiting,
      delivered,
      dead,
      lastError,
    ]),
  ]);
}

const HELP = `
Messages are signed as Standard Webhooks says (webhook-id, webhook-timestamp, webhook-signature), go out in their order, and
are tried again for a day; then they are given up: anyone webhooks dead <id>. A machine of your own network is told only if
WEBHOOK_ALLOW_PRIVATE names its host:port.`;
