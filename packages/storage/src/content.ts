import { createHash } from "node:crypto";
import { type ContentKind, contentKey } from "./keys.ts";
import type { Store } from "./store.ts";

export interface StoredContent {
  key: string;
  sha256: string;
  /** False when the same bytes were stored before. */
  fresh: boolean;
}

/** Stores bytes under their own hash: twice is the same as once. */
export async function putContent(
  store: Store,
  kind: ContentKind,
  bytes: Uint8Array,
  extension: string,
  contentType?: string,
): Promise<StoredContent> {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const key = contentKey(kind, sha256, extension);
  const fresh = await store.putIfAbsent(key, bytes, contentType ? { contentType } : {});
  return { key, sha256, fresh };
}
