import { fileURLToPath } from "node:url";
import { fault } from "@anyone/domain/fault";
import { filesystemStore } from "./filesystem.ts";
import type { S3Environment } from "./s3.ts";
import type { Store } from "./store.ts";

/**
 * Opens the store an address names: `file:///absolute/folder` or `s3://bucket/prefix`. The S3 client is loaded only
 * when it is needed: on one machine nobody pays for it.
 */
export async function openStore(url: string, environment: S3Environment = {}): Promise<Store> {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (address?.protocol === "file:") return filesystemStore(fileURLToPath(address));
  if (address?.protocol === "s3:" && address.hostname !== "") {
    const { s3Store } = await import("./s3.ts");
    return s3Store({ bucket: address.hostname, prefix: address.pathname.replace(/^\/+|\/+$/g, ""), ...environment });
  }
  throw fault("bad-environment", `OBJECTS_URL is "${url}", which names no object store.`, {
    hint: "Use file:///absolute/folder or s3://bucket/prefix.",
  });
}
