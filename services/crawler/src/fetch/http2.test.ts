import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createSecureServer, type Http2SecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DialRules } from "./dial.ts";
import { safeFetcher } from "./safe-fetch.ts";

const canMakeKeys = (() => {
  try {
    return execFileSync("openssl", ["version"]).length > 0;
  } catch {
    return false;
  }
})();

let server: Http2SecureServer;
let port: number;
let cert: string;
let connections = 0;

beforeAll(async () => {
  if (!canMakeKeys) return;
  const folder = mkdtempSync(join(tmpdir(), "http2-"));
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const options = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=photos.test";
  const san = ["-addext", "subjectAltName=DNS:photos.test"];
  execFileSync("openssl", [...options.split(" "), ...san, "-keyout", key, "-out", certificate], { stdio: "ignore" });
  cert = readFileSync(certificate, "utf8");
  server = createSecureServer({ key: readFileSync(key), cert, allowHTTP1: true }, (request, response) => {
    if (request.url === "/inside") return void response.writeHead(302, { location: "https://127.0.0.1/" }).end();
    if (request.url === "/endless") {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1024)));
      };
      response.on("error", () => {}).on("drain", more);
      return more();
    }
    return void response.end(`HTTP/${request.httpVersion}`);
  });
  rmSync(folder, { recursive: true });
  server.on("connection", () => connections++).on("sessionError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(() => server?.close());

function rules(addresses = ["127.0.0.1"], allowed = true): DialRules {
  const name = `photos.test:${port}`;
  return {
    allowPrivate: new Set(allowed ? [name] : []),
    ports: new Set([String(port), "443"]),
    resolve: async () => addresses,
    ca: cert,
  };
}

describe.skipIf(!canMakeKeys)("HTTP/2", () => {
  it("is spoken where it is offered, over one connection, on the address that was checked", async () => {
    connections = 0;
    const fetcher = safeFetcher(rules(), "test");
    const answers = await Promise.all(
      ["/a", "/b", "/c"].map((path) => fetcher.fetch(`https://photos.test:${port}${path}`)),
    );
    for (const answer of answers) expect(answer.ok && new TextDecoder().decode(answer.bytes)).toBe("HTTP/2.0");
    const again = await fetcher.fetch(`https://photos.test:${port}/d`);
    expect(again).toMatchObject({ ok: true });
    expect(connections).toBeLessThanOrEqual(3);
    await fetcher.close();
  });

  it("opens no session to a private address, and follows no redirect to one", async () => {
    connections = 0;
    const guarded = safeFetcher(rules(["127.0.0.1"], false), "test");
    expect(await guarded.fetch(`https://photos.test:${port}/a`)).toMatchObject({ ok: false, reason: "address" });
    expect(connections).toBe(0);
    const allowed = safeFetcher(rules(), "test");
    expect(await allowed.fetch(`https://photos.test:${port}/inside`)).toMatchObject({ ok: false, reason: "address" });
    await allowed.close();
  });

  it("is cut like any other transfer", async () => {
    const fetcher = safeFetcher(rules(), "test");
    const endless = await fetcher.fetch(`https://photos.test:${port}/endless`, { maxBytes: 1_000_000 });
    expect(endless).toMatchObject({ ok: false, reason: "too-large" });
    expect(await fetcher.fetch(`https://photos.test:${port}/a`)).toMatchObject({ ok: true });
    await fetcher.close();
  });

  it("does not excuse a certificate that nobody vouches for", async () => {
    const fetcher = safeFetcher({ ...rules(), ca: undefined }, "test");
    expect(await fetcher.fetch(`https://photos.test:${port}/a`)).toMatchObject({ ok: false, reason: "tls" });
  });
});
