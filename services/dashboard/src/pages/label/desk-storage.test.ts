import { describe, expect, it } from "vitest";
import { EMPTY_DESK } from "./desk.ts";
import { keepWork, nameOfWork, type Shelf, takeLeft } from "./desk-storage.ts";
import { EMPTY_OUTBOX, pending, put, type SlotAnswer } from "./outbox.ts";

/** The browser's storage as its standard has it. */
function shelf(): Shelf {
  const rows = new Map<string, string>();
  return {
    get length() {
      return rows.size;
    },
    key: (place) => [...rows.keys()][place] ?? null,
    getItem: (name) => rows.get(name) ?? null,
    setItem: (name, value) => void rows.set(name, value),
    removeItem: (name) => void rows.delete(name),
  };
}

const answer: SlotAnswer = { taskId: "t" as SlotAnswer["taskId"], category: 1, value: 2, fence: 3 };
const work = { desk: EMPTY_DESK, outbox: put(EMPTY_OUTBOX, [answer]) };

describe("what a browser keeps of an annotator's work", () => {
  it("is taken over once by the next window, after the one before has closed", () => {
    const store = shelf();
    keepWork(store, nameOfWork("ada"), work, 0);
    expect(takeLeft(store, "ada").outbox).toEqual(work.outbox);
    expect(pending(takeLeft(store, "ada").outbox)).toBe(0);
  });

  it("is left to a window that is still at work, until it has said nothing for a while", () => {
    const store = shelf();
    keepWork(store, nameOfWork("ada"), work, 1_000_000);
    expect(pending(takeLeft(store, "ada", 1_010_000).outbox)).toBe(0);
    expect(pending(takeLeft(store, "ada", 1_030_000).outbox)).toBe(1);
  });

  it("is nobody else's", () => {
    const store = shelf();
    keepWork(store, nameOfWork("ada"), work, 0);
    expect(pending(takeLeft(store, "grace").outbox)).toBe(0);
  });

  it("is gone when everything is saved, and what can't be read is thrown away", () => {
    const store = shelf();
    const name = nameOfWork("ada");
    keepWork(store, name, work);
    keepWork(store, name, { desk: EMPTY_DESK, outbox: EMPTY_OUTBOX });
    expect(store.length).toBe(0);
    store.setItem(name, "{half of it");
    expect(pending(takeLeft(store, "ada").outbox)).toBe(0);
    expect(store.length).toBe(0);
  });

  it("says so when the storage is full", () => {
    const full: Shelf = {
      ...shelf(),
      setItem: () => {
        throw new DOMException("full", "QuotaExceededError");
      },
    };
    expect(keepWork(full, nameOfWork("ada"), work)).toBe(false);
  });
});
