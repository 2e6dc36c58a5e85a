import { Readable } from "node:stream";
import type { ReadableStream as WebStream } from "node:stream/web";
import { fault } from "@anyone/domain/fault";
import type { Store } from "@anyone/storage/store";
import type { FastifyReply, FastifyRequest } from "fastify";

/**
 * Sends an object piece by piece. Objects under a content key never change, so a browser asks for each once. The bytes
 * came from strangers: they are never sniffed, and a policy of their own keeps them from doing anything.
 */
export async function sendObject(
  asked: { request: FastifyRequest; reply: FastifyReply },
  store: Store,
  object: { key: string; contentType: string; fileName?: string; lasting?: boolean },
): Promise<FastifyReply> {
  const { request, reply } = asked;
  const etag = `"${object.key}"`;
  reply
    .header("x-content-type-options", "nosniff")
    .header("content-security-policy", "default-src 'none'; sandbox")
    .header("cache-control", object.lasting === false ? "private, no-cache" : "private, max-age=86400, immutable")
    .header("etag", etag);
  if (object.fileName) reply.header("content-disposition", `attachment; filename="${object.fileName}"`);
  if (request.headers["if-none-match"] === etag) return reply.code(304).send();

  const size = await store.size(object.key).catch((cause: unknown) => {
    throw fault("not-found", "The object's bytes are gone.", {
      cause,
      hint: "Was the object store emptied or changed?",
    });
  });
  const stream = await store.open(object.key);
  return reply
    .type(object.contentType)
    .header("content-length", size)
    .send(Readable.fromWeb(stream as WebStream<Uint8Array>));
}

/** The type of an image by its object key. */
export function imageType(key: string): string {
  if (key.endsWith(".png")) return "image/png";
  return key.endsWith(".webp") ? "image/webp" : "image/jpeg";
}
