import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface Heard {
  id: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A server that hears webhooks and answers each with what `answer` says: a status, or null to say nothing and hang up. */
export async function startReceiver(answer: (heard: Heard, count: number) => number | null | Promise<number | null>) {
  const heard: Heard[] = [];
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const one = {
      id: String(request.headers["webhook-id"]),
      headers: request.headers,
      body: Buffer.concat(pieces).toString(),
    };
    heard.push(one);
    const status = await answer(one, heard.length);
    if (status === null) request.socket.destroy();
    else response.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end("thanks");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    heard,
    url: `http://127.0.0.1:${port}/hook`,
    host: `127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}

/** Checks a message as its receiver does, by the specification alone. */
export function isSigned({ id, headers, body }: Heard, secret: string): boolean {
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const expected = createHmac("sha256", key).update(`${id}.${headers["webhook-timestamp"]}.${body}`).digest();
  const given = String(headers["webhook-signature"])
    .split(" ")
    .map((one) => Buffer.from(one.slice("v1,".length), "base64"));
  const fresh = Math.abs(Date.now() / 1000 - Number(headers["webhook-timestamp"])) < 300;
  return fresh && given.some((one) => one.length === expected.length && timingSafeEqual(one, expected));
}
