import type { AddressInfo } from "node:net";
import { connect, createServer, isIP, type Server, type Socket } from "node:net";
import { literalAddress } from "@anyone/runtime/address";
import type { buildConnector } from "undici";
import type { DialRules } from "./dial.ts";
import type { SafeFetcher } from "./safe-fetch.ts";
import { type Attempt, leadsInside, REDIRECTOR } from "./ssrf.fixture.ts";

export type SsrfWorld = Awaited<ReturnType<typeof openSsrfWorld>>;

/** A world of two machines: whatever leads inside is the canary, and every public address is the web. */
export async function openSsrfWorld() {
  /** Counts every byte it is sent, and every connection. */
  const canary = { port: 0, bytes: 0, connections: 0, server: createServer() };
  /** Redirects to wherever its query says, and answers otherwise. */
  const web = { port: 0, server: createServer() };
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    return socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  };
  canary.server.on("connection", (socket) => {
    canary.connections++;
    keep(socket).on("data", (data) => {
      canary.bytes += data.length;
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 6\r\nconnection: close\r\n\r\nsecret");
    });
  });
  web.server.on("connection", (socket) => {
    keep(socket).on("data", (data) => {
      const [, status, to] = /\?status=(\d+)&to=(\S+)/.exec(data.toString()) ?? [];
      const head = to ? `${status} Moved\r\nlocation: ${decodeURIComponent(to)}` : "200 OK";
      socket.end(`HTTP/1.1 ${head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
    });
  });
  canary.port = await listen(canary.server);
  web.port = await listen(web.server);

  const dial: buildConnector.connector = ({ hostname }, callback) => {
    const address = literalAddress(hostname) ?? hostname;
    if (!isIP(address)) return callback(new Error(`${hostname} is no address`), null);
    const socket = connect(leadsInside(address) ? canary.port : web.port, "127.0.0.1");
    keep(socket)
      .once("connect", () => callback(null, socket))
      .once("error", (error) => callback(error, null));
  };

  /** What names mean to one attempt, and that its connections end in this world. */
  function rulesFor(attempt: Attempt): DialRules {
    let asked = 0;
    const resolve = async (name: string) => {
      const answers = attempt.answers;
      if (name === REDIRECTOR || name === "public.test" || !answers) return ["93.184.216.34"];
      return [...(answers[Math.min(asked++, answers.length - 1)] ?? [])];
    };
    return { allowPrivate: new Set(), resolve, dial };
  }

  /** Makes every attempt twice (a name may have changed its mind), and names those after which the canary had heard something. */
  async function tryAll(attempts: readonly Attempt[], fetcherOf: (attempt: Attempt) => SafeFetcher) {
    const leaks: string[] = [];
    const ended: { name: string; reason: string }[] = [];
    for (const attempt of attempts) {
      const before = canary.bytes;
      const fetcher = fetcherOf(attempt);
      await fetcher.fetch(attempt.url, { deadlineMs: 3000 });
      const answer = await fetcher.fetch(attempt.url, { deadlineMs: 3000 });
      if (canary.bytes > before) leaks.push(attempt.name);
      ended.push({ name: attempt.name, reason: answer.ok ? String(answer.status) : answer.reason });
      await fetcher.close();
    }
    return { leaks, ended };
  }

  function close(): void {
    for (const socket of sockets) socket.destroy();
    canary.server.close();
    web.server.close();
  }

  return { canary, dial, rulesFor, tryAll, close };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));
}
