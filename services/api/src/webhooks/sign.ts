import { createHmac } from "node:crypto";

/**
 * The headers of Standard Webhooks 1.0 for a message: `v1` is HMAC-SHA256 over `id.timestamp.body` with the bytes behind
 * `whsec_`, in base64.
 *
 * @param message `timestamp` in whole seconds since 1970: when this try is made, so that a receiver can refuse replays
 */
export function signedHeaders(secret: string, message: { id: string; timestamp: number; body: string }) {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const { id, timestamp, body } = message;
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": `v1,${signature}` };
}
