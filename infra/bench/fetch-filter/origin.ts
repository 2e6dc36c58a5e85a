import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { photographsOf } from "../../../packages/vision/src/views.bench.ts";

export type Size = "big" | "small";
const SIZES: Record<Size, [width: number, height: number]> = { big: [1488, 1300], small: [800, 600] };

export interface Origin {
  host: string;
  /** Every number is a file of its own: the same photograph comes back with another comment in it. */
  url(size: Size, number: number): string;
  stop(): void;
}

/** A server on loopback, a process of its own, that holds the photographs in memory. */
export async function startOrigin(): Promise<Origin> {
  const child = fork(new URL(import.meta.url), ["serve"]);
  const [port] = (await once(child, "message")) as [number];
  const host = `127.0.0.1:${port}`;
  return {
    host,
    url: (size, number) => `http://${host}/${size}/${number}.jpg`,
    stop: () => stop(child),
  };
}

function stop(child: ChildProcess): void {
  child.kill("SIGKILL");
}

async function serve(): Promise<void> {
  const photographs: Record<string, Buffer[]> = {
    big: await photographsOf(...SIZES.big),
    small: await photographsOf(...SIZES.small),
  };
  const server = createServer((request, response) => {
    const [, size = "", file = ""] = (request.url ?? "").split("/");
    const number = Number.parseInt(file, 10);
    const some = photographs[size];
    const jpeg = some?.[number % some.length];
    if (!jpeg) return response.writeHead(404).end();
    const head = Buffer.concat([jpeg.subarray(0, 2), comment(`${size} ${number}`)]);
    const length = head.length + jpeg.length - 2;
    response.writeHead(200, { "content-type": "image/jpeg", "content-length": length });
    response.write(head);
    return response.end(jpeg.subarray(2));
  });
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
}

function comment(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([0xff, 0xfe, 0, bytes.length + 2]), bytes]);
}

if (process.argv[2] === "serve") await serve();
