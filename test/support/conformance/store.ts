import { randomBytes } from "node:crypto";
import { putContent } from "@anyone/storage/content";
import type { Store } from "@anyone/storage/store";
import { beforeAll, describe, expect, it } from "vitest";

/** What every object store must do. A store that passes may stand in for any other. */
export function storeConformance(name: string, open: () => Promise<Store>): void {
  describe(`the object store on ${name}`, () => {
    let store: Store;
    beforeAll(async () => {
      store = await open();
    });
    const bytesOf = (text: string) => new TextEncoder().encode(text);
    const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    const freshKey = () => `conformance/${randomBytes(6).toString("hex")}.bin`;

    it("gives back what was put", async () => {
      const key = freshKey();
      const bytes = randomBytes(300_000);
      await store.put(key, bytes, { contentType: "image/jpeg" });
      expect(Buffer.from(await store.get(key)).equals(bytes)).toBe(true);
      expect(await store.size(key)).toBe(300_000);
      expect(await store.has(key)).toBe(true);
    });

    it("replaces an object by put", async () => {
      const key = freshKey();
      await store.put(key, bytesOf("old"));
      await store.put(key, bytesOf("new and longer"));
      expect(textOf(await store.get(key))).toBe("new and longer");
    });

    it("keeps the first object under putIfAbsent", async () => {
      const key = freshKey();
      expect(await store.putIfAbsent(key, bytesOf("first"))).toBe(true);
      expect(await store.putIfAbsent(key, bytesOf("second"))).toBe(false);
      expect(textOf(await store.get(key))).toBe("first");
    });

    it("lets exactly one of ten concurrent writers win", async () => {
      const key = freshKey();
      const writers = Array.from({ length: 10 }, (_, n) => store.putIfAbsent(key, bytesOf(`writer ${n}`)));
      const wins = await Promise.all(writers);
      expect(wins.filter(Boolean)).toHaveLength(1);
      expect(textOf(await store.get(key))).toBe(`writer ${wins.indexOf(true)}`);
    });

    it("stores an empty object", async () => {
      const key = freshKey();
      await store.put(key, new Uint8Array(0));
      expect(await store.size(key)).toBe(0);
      expect(await store.get(key)).toHaveLength(0);
    });

    it("reads a range without its end", async () => {
      const key = freshKey();
      await store.put(key, bytesOf("0123456789"));
      const read = async (range?: { start?: number; end?: number }) =>
        textOf(new Uint8Array(await new Response(await store.open(key, range)).arrayBuffer()));
      expect(await read()).toBe("0123456789");
      expect(await read({ start: 3, end: 6 })).toBe("345");
      expect(await read({ start: 7 })).toBe("789");
      expect(await read({ start: 4, end: 4 })).toBe("");
    });

    it("says which object is missing", async () => {
      const key = freshKey();
      expect(await store.has(key)).toBe(false);
      for (const read of [() => store.get(key), () => store.size(key), () => store.open(key)]) {
        await expect(read()).rejects.toMatchObject({ code: "not-found", message: expect.stringContaining(key) });
      }
    });

    it("deletes, and deletes again without a fault", async () => {
      const key = freshKey();
      await store.put(key, bytesOf("gone soon"));
      await store.delete(key);
      await store.delete(key);
      expect(await store.has(key)).toBe(false);
    });

    it("lists by prefix, folders beside files of the same name", async () => {
      const base = `list-${randomBytes(4).toString("hex")}`;
      const keys = ["a", "a-b", "a/x", "a/y/z", "a0", "b/1", "B"].map((name) => `${base}/${name}.txt`);
      for (const key of keys) await store.put(key, bytesOf(key));
      expect(await collect(store.list(`${base}/`))).toEqual([...keys].sort());
      expect(await collect(store.list(`${base}/a/`))).toEqual([`${base}/a/x.txt`, `${base}/a/y/z.txt`]);
      expect(await collect(store.list(`${base}/nothing`))).toEqual([]);
    });

    it.each([
      "",
      "/etc/passwd",
      "../up",
      "a/../../up",
      "a//b",
      "a/./b",
      "a\0b",
      "a b",
      "é",
      "a\\b",
      "x/",
      "k".repeat(201),
    ])("refuses the key %j", async (key) => {
      await expect(store.put(key, bytesOf("x"))).rejects.toMatchObject({ code: "bad-input" });
      await expect(store.get(key)).rejects.toMatchObject({ code: "bad-input" });
    });

    it("stores the same content once", async () => {
      const bytes = randomBytes(1000);
      const first = await putContent(store, "original", bytes, "jpg");
      const second = await putContent(store, "original", bytes, "jpg");
      expect(first.fresh).toBe(true);
      expect(second).toEqual({ ...first, fresh: false });
      expect(first.key).toBe(`original/${first.sha256.slice(0, 2)}/${first.sha256}.jpg`);
    });
  });
}

async function collect(keys: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const key of keys) found.push(key);
  return found.sort();
}
