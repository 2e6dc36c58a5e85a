import { chmod, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { storeConformance } from "@anyone/test/support/conformance/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore } from "./open-store.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "anyone-store-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

storeConformance("the file system", () => openStore(pathToFileURL(folder).href));

describe("the file system below a store", () => {
  it("holds no unfinished files after many writes", async () => {
    const store = await openStore(pathToFileURL(folder).href);
    await Promise.all(Array.from({ length: 20 }, (_, n) => store.putIfAbsent("same/key", new Uint8Array([n]))));
    expect(await readdir(join(folder, ".incoming"))).toEqual([]);
  });

  it("makes its folders again when somebody removed them under it", async () => {
    const store = await openStore(pathToFileURL(folder).href);
    await store.put("removed/one", new Uint8Array([1]));
    await rm(join(folder, "removed"), { recursive: true });
    await rm(join(folder, ".incoming"), { recursive: true });
    await store.put("removed/two", new Uint8Array([2]));
    expect(await store.get("removed/two")).toEqual(Buffer.from([2]));
  });

  it("does not follow a link out of its folder", async () => {
    const store = await openStore(pathToFileURL(folder).href);
    const secret = join(tmpdir(), `anyone-secret-${process.pid}`);
    await writeFile(secret, "secret");
    await store.put("links/real", new Uint8Array([1]));
    await symlink(secret, join(folder, "links/out"));
    await expect(store.get("links/out")).rejects.toMatchObject({ name: "Fault" });
    await rm(secret);
  });

  it("says who may not write", async () => {
    const store = await openStore(pathToFileURL(folder).href);
    const isRoot = process.getuid?.() === 0;
    await chmod(folder, 0o500);
    // Root may write anywhere: for this one write it is somebody else.
    if (isRoot) process.seteuid?.("nobody");
    const refused = await store.put("no/way", new Uint8Array([1])).catch((error: unknown) => error);
    if (isRoot) process.seteuid?.(0);
    await chmod(folder, 0o700);
    expect(refused).toMatchObject({ code: "bad-environment", hint: expect.stringContaining("right to write") });
  });

  it("refuses an address that names no store", async () => {
    await expect(openStore("objects/here")).rejects.toMatchObject({
      code: "bad-environment",
      hint: expect.stringContaining("file:///"),
    });
  });
});
