import { SourceSettings } from "@anyone/domain/source/source";
import { openStore } from "@anyone/storage/open-store";
import { s3Bucket } from "@anyone/storage/s3-bucket";
import { s3 } from "@anyone/test/support/servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Reach } from "./connector.ts";
import { connectorOf } from "./connectors.ts";
import { startOrigin } from "./origin.fixture.ts";
import { allPages, reachOf } from "./sources.fixture.ts";

const JPEG = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0);
const page = (keys: string[], truncated: boolean) =>
  `<?xml version="1.0"?><ListBucketResult><IsTruncated>${truncated}</IsTruncated>${keys
    .map((key) => `<Contents><Key>${key}</Key></Contents>`)
    .join("")}</ListBucketResult>`;

let reach: Reach;
let close: () => Promise<void>;
beforeAll(() => {
  ({ reach, close } = reachOf("127.0.0.1:9", "no-key"));
});
afterAll(() => close());

describe("the s3 connector", () => {
  it("reads below its prefix only, on a server that is one", async () => {
    const { url, environment } = await s3();
    const store = await openStore(url, environment);
    for (const key of ["in/a.jpg", "in/b/c.JPG", "in/notes.txt", "in/page.png", "out/d.jpg"]) {
      await store.put(key, key.endsWith("png") ? new TextEncoder().encode("<!doctype html>") : JPEG);
    }
    const { hostname: bucket, pathname } = new URL(url);
    const base = pathname.replace(/^\//, "");
    const prefix = `${base === "" ? "" : `${base}/`}in/`;
    const own: Reach = { ...reach, bucket: async (name) => s3Bucket(name, environment) };
    const settings = SourceSettings.parse({ kind: "s3", bucket, prefix, keysPerPage: 2 });
    const listings = (await allPages(settings, own)).flatMap(({ listings }) => listings);
    expect(listings.map(({ externalId }) => externalId.slice(prefix.length))).toEqual(["a.jpg", "b/c.JPG", "page.png"]);
    const read = (wanted: string) => connectorOf(settings).read(settings, wanted, own);
    expect(await read(listings[0]?.url ?? "")).toMatchObject({ ok: true, type: "image/jpeg" });
    expect(await read(listings[2]?.url ?? "")).toMatchObject({ ok: false, reason: "not-an-image" });
    expect(await read(`s3://${bucket}/${prefix.replace("in/", "out/")}d.jpg`)).toMatchObject({
      reason: "outside-folder",
    });
    expect(await read("s3://another-bucket/in/a.jpg")).toMatchObject({ reason: "outside-folder" });
    expect(await read(`s3://${bucket}/${prefix}%zz`)).toMatchObject({ reason: "outside-folder" });
  });

  it.each([
    ["the same keys again and again", ["p/a.jpg", "p/b.jpg"], "p/b.jpg"],
    ["keys that go backwards", ["p/z.jpg", "p/a.jpg"], null],
    ["keys of another prefix", ["q/a.jpg"], null],
  ])("refuses a server that lists %s", async (_what, keys, cursor) => {
    const origin = await startOrigin((_request, response) => response.end(page(keys, true)));
    const environment = { S3_ENDPOINT: origin.url, AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };
    const settings = SourceSettings.parse({ kind: "s3", bucket: "photographs", prefix: "p/" });
    const own: Reach = { ...reach, bucket: async (name) => s3Bucket(name, environment) };
    const listed = connectorOf(settings).list(settings, cursor, own);
    await expect(listed).rejects.toMatchObject({ reason: "bad-answer", passing: false });
    await origin.close();
  });
});
