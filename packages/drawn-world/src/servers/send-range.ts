import type { FastifyReply, FastifyRequest } from "fastify";

/** A file, or the one range of it that a request asks for. */
export function sendRange(request: FastifyRequest, reply: FastifyReply, file: Buffer): FastifyReply {
  reply.header("accept-ranges", "bytes").type("application/octet-stream");
  const range = readRange(request.headers.range, file.length);
  if (range === undefined) return reply.send(file);
  const [start, end] = range;
  if (start >= end) return reply.code(416).header("content-range", `bytes */${file.length}`).send();
  reply.code(206).header("content-range", `bytes ${start}-${end - 1}/${file.length}`);
  return reply.send(file.subarray(start, end));
}

/** One range of a Range header as [start, end), end exclusive; undefined for none or several. */
function readRange(header: string | undefined, size: number): [number, number] | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === undefined || to === undefined || (from === "" && to === "")) return undefined;
  if (from === "") return [Math.max(0, size - Number(to)), size];
  return [Number(from), to === "" ? size : Math.min(size, Number(to) + 1)];
}
