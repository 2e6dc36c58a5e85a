import { describe, expect, it } from "vitest";
import { sharedBy } from "./shared.ts";

describe("a reading that is shared", () => {
  it("is read once for all who ask the same, and anew as soon as the question is another", async () => {
    const asked: number[] = [];
    const read = sharedBy(String, async (question: number) => {
      asked.push(question);
      return question * 2;
    });
    expect(await Promise.all([read(1), read(1), read(1)])).toEqual([2, 2, 2]);
    expect(await read(1)).toBe(2);
    expect(await read(4)).toBe(8);
    expect(await read(1)).toBe(2);
    expect(asked).toEqual([1, 4, 1]);
  });

  it("is read again after it failed", async () => {
    let readings = 0;
    const read = sharedBy(String, async (_question: number) => {
      readings++;
      if (readings === 1) throw new Error("gone");
      return readings;
    });
    await expect(read(1)).rejects.toThrow("gone");
    expect(await read(1)).toBe(2);
  });
});
