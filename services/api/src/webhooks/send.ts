import type { Vault } from "@anyone/db/sealed-secret";
import { sentence } from "@anyone/domain/fault";
import { type AllowedPrivate, guardedPost } from "./guarded-post.ts";
import { signedHeaders } from "./sign.ts";

export interface Message {
  /** The same for every try of one message: a receiver knows by it what it has heard before. */
  id: string;
  type: string;
  at: Date;
  data: Record<string, unknown>;
}

export type Sent = { ok: true; status: number } | { ok: false; status: number | null; detail: string };

/** Signs and sends one message. Any status from 200 to 299 takes it; everything else, no answer, and a secret that can't be opened are failed tries. */
export async function sendMessage(
  { url, secret }: { url: string; secret: string },
  { id, type, at, data }: Message,
  { vault, ...options }: { vault: Vault; allowed: AllowedPrivate; signal?: AbortSignal },
): Promise<Sent> {
  const body = JSON.stringify({ type, timestamp: at.toISOString(), data });
  try {
    const headers = signedHeaders(vault.open(secret, url), { id, timestamp: Math.floor(Date.now() / 1000), body });
    const status = await guardedPost(url, body, { ...options, headers });
    if (status >= 200 && status <= 299) return { ok: true, status };
    return { ok: false, status, detail: `It answered ${status}.` };
  } catch (error) {
    return { ok: false, status: null, detail: sentence(error) };
  }
}
