import { createHash } from "node:crypto";
import { type ContentKind, contentKey } from "@anyone/storage/keys";
import type { Store } from "@anyone/storage/store";
import type { Admission } from "@anyone/vision/measure";

/** Stores what was made of an admitted picture, each under its own hash, and returns the keys. */
export async function storeAdmission(
  store: Store,
  { image, thumbnail, parts }: Pick<Admission, "image" | "thumbnail" | "parts">,
): Promise<{ imageKey: string; thumbnailKey: string; partsKey: string }> {
  const [imageKey, thumbnailKey, partsKey] = await Promise.all([
    put(store, "asset", image, "jpg", "image/jpeg"),
    put(store, "thumbnail", thumbnail, "jpg", "image/jpeg"),
    put(store, "part-map", parts, "png", "image/png"),
  ]);
  return { imageKey, thumbnailKey, partsKey };
}

async function put(
  store: Store,
  kind: ContentKind,
  bytes: Uint8Array,
  extension: string,
  contentType: string,
): Promise<string> {
  const key = contentKey(kind, createHash("sha256").update(bytes).digest("hex"), extension);
  await store.putIfAbsent(key, bytes, { contentType });
  return key;
}
