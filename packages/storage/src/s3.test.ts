import { storeConformance } from "@anyone/test/support/conformance/store";
import { s3 } from "@anyone/test/support/servers";
import { describe, expect, it } from "vitest";
import { openStore } from "./open-store.ts";

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
