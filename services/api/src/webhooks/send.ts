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

/** Signs and sends one message. Any status from 200 to 299 takes it; everything else, and no answer, is a failed try. */
export async function sendMessage(
  { url, secret }: { url: string; secret: string },
  { id, type, at, data }: Message,
  options: { allowed: AllowedPrivate; signal?: AbortSignal },
): Promise<Sent> {
  const body = JSON.stringify({ type, timestamp: at.toISOString(), data });
  const headers = signedHeaders(secret, { id, timestamp: Math.floor(Date.now() / 1000), body });
  try {
    const status = await guardedPost(url, body, { ...options, headers });
    if (status >= 200 && status <= 299) return { ok: true, status };
    return { ok: false, status, detail: `It answered ${status}.` };
  } catch (error) {
    return { ok: false, status: null, detail: error instanceof Error ? error.message : String(error) };
  }
}
