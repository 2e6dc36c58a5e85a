import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { storeConformance } from "@anyone/test/support/conformance/store";
import { s3 } from "@anyone/test/support/servers";
import { describe, expect, it } from "vitest";
import { checkStore } from "./check-store.ts";
import { openStore } from "./open-store.ts";
import { s3Store } from "./s3.ts";

storeConformance("an S3 server", async () => {
  const { url, environment } = await s3();
  return openStore(url, environment);
});

describe("an S3 store that is set up wrongly", () => {
  it("says that the bucket is missing", async () => {
    const { environment } = await s3();
    const store = await openStore("s3://no-such-bucket-here", environment);
    await expect(store.get("a/b")).rejects.toMatchObject({ message: expect.stringContaining("no-such-bucket-here") });
  });

  it("says that the key is wrong", async () => {
    const { url, environment } = await s3();
    const store = await openStore(url, { ...environment, AWS_SECRET_ACCESS_KEY: "wrong" });
    await expect(store.put("a/b", new Uint8Array([1]))).rejects.toMatchObject({
      code: "bad-environment",
      hint: expect.stringContaining("AWS_SECRET_ACCESS_KEY"),
    });
  });

  it("says that the server can't be reached", async () => {
    const { url, environment } = await s3();
    const store = await openStore(url, { ...environment, S3_ENDPOINT: "http://127.0.0.1:9" });
    await expect(store.put("a/b", new Uint8Array([1]))).rejects.toMatchObject({ code: "unavailable" });
  });
});

describe("the check of a store at start", () => {
  it("refuses a key that may not write, and passes a server that is away and one that is right", async () => {
    const { url, environment } = await s3();
    const check = async (more = {}) => checkStore(await openStore(url, { ...environment, ...more }));
    await expect(check({ AWS_SECRET_ACCESS_KEY: "wrong" })).rejects.toMatchObject({ code: "bad-environment" });
    await check({ S3_ENDPOINT: "http://127.0.0.1:9" });
    await check();
  });

  it("refuses a server that has no such bucket", async () => {
    const { store, close } = await failing((_, response) => {
      response.writeHead(404).end("<Error><Code>NoSuchBucket</Code><Message>no bucket</Message></Error>");
    });
    await expect(checkStore(store)).rejects.toMatchObject({ message: 'There is no bucket "b" on the S3 server.' });
    close();
  });
});

describe("an S3 server that fails", () => {
  const bytes = new Uint8Array([1, 2, 3]);

  it.each<[string, RequestListener]>([
    ["answers 500", (_, response) => response.writeHead(500).end("<Error><Code>InternalError</Code></Error>")],
    ["answers 502 with a page", (_, response) => response.writeHead(502).end("<html>bad gateway</html>")],
    ["says nothing", () => {}],
    ["stops in the middle of its answer", (_, response) => response.writeHead(200, { "content-length": 9 }).write("x")],
    ["hangs up", (request) => request.socket.destroy()],
  ])("is unavailable after some tries when it %s", async (_, answer) => {
    const { store, requests, close } = await failing(answer);
    await expect(store.put("a/b", bytes)).rejects.toMatchObject({ code: "unavailable" });
    expect(requests()).toBe(3);
    await expect(store.get("a/b")).rejects.toMatchObject({ code: "unavailable" });
    close();
  });

  it("is tried again, and one that comes back is used", async () => {
    let failures = 2;
    const { store, requests, close } = await failing((_, response) => {
      response.writeHead(failures-- > 0 ? 503 : 200).end();
    });
    await store.put("a/b", bytes);
    expect(requests()).toBe(3);
    close();
  });

  it("says when its disk is full", async () => {
    const { store, close } = await failing((_, response) => response.writeHead(507).end());
    await expect(store.put("a/b", bytes)).rejects.toMatchObject({ message: expect.stringContaining("is full") });
    close();
  });
});

/** A store on a server of ours that answers as it is told, and the number of requests it got. */
async function failing(answer: RequestListener) {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    request.resume();
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const keys = { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" };
  const store = s3Store({ bucket: "b", silenceMs: 300, S3_ENDPOINT: `http://127.0.0.1:${port}`, ...keys });
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { store, requests: () => requests, close };
}
