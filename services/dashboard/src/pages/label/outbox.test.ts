import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  adopt,
  type Batch,
  EMPTY_OUTBOX,
  isPending,
  type Outbox,
  pending,
  put,
  retract,
  type SlotAnswer,
  seal,
  sealPage,
  settle,
  split,
} from "./outbox.ts";

const answer = (slot: number, value: number): SlotAnswer => ({
  taskId: `t${slot}` as SlotAnswer["taskId"],
  category: 1,
  value,
  fence: 1,
});

/** What happens to an outbox: an answer is given, sending begins, the reply comes or is lost. */
const happening = fc.oneof(
  fc.record({
    what: fc.constant("give" as const),
    slot: fc.integer({ min: 0, max: 5 }),
    value: fc.integer({ min: 0, max: 9 }),
  }),
  fc.record({ what: fc.constantFrom("send" as const, "reply" as const, "lost" as const, "refused whole" as const) }),
);

describe("the outbox", () => {
  it("brings the last answer of every slot to the server, whatever is lost on the way", () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
        const wanted = new Map<string, number>();
        const server = new Map<string, number>();
        const seen = new Map<string, string>();
        let keys = 0;
        let outbox: Outbox = EMPTY_OUTBOX;
        const arrive = (batch: Batch | undefined) => {
          if (!batch) return;
          const before = seen.get(batch.key);
          // the same key never comes with other answers
          expect(before ?? JSON.stringify(batch)).toBe(JSON.stringify(batch));
          seen.set(batch.key, JSON.stringify(batch));
          if (before === undefined) for (const one of batch.answers) server.set(one.taskId, one.value);
        };
        const send = () => {
          outbox = seal(outbox, `key${keys++}`);
          arrive(outbox.sealed[0]);
        };
        for (const one of happenings) {
          if (one.what === "give") {
            wanted.set(`t${one.slot}`, one.value);
            outbox = put(outbox, [answer(one.slot, one.value)]);
          } else if (one.what === "send" || one.what === "lost") send();
          else if (one.what === "refused whole") outbox = split(seal(outbox, `key${keys++}`));
          else if (outbox.sealed.length > 0) {
            arrive(outbox.sealed[0]);
            outbox = settle(outbox);
          }
        }
        while (pending(outbox) > 0) {
          send();
          outbox = settle(outbox);
        }
        expect(server).toEqual(wanted);
      }),
    );
  });

  it("takes back only what was not sent", () => {
    const outbox = put(seal(put(EMPTY_OUTBOX, [answer(1, 1)]), "key"), [answer(2, 2)]);
    const after = retract(outbox, [answer(1, 0), answer(2, 0)]);
    expect([isPending(after, answer(1, 0)), isPending(after, answer(2, 0))]).toEqual([true, false]);
  });

  it("sends what another window left before its own, under the keys it had", () => {
    const left = put(seal(put(EMPTY_OUTBOX, [answer(1, 1)]), "left"), [answer(2, 1), answer(3, 1)]);
    const own = put(seal(put(EMPTY_OUTBOX, [answer(4, 4)]), "own"), [answer(3, 7)]);
    const all = adopt(own, left);
    expect(all.sealed.map(({ key }) => key)).toEqual(["left", "own"]);
    expect(all.waiting.map(({ taskId, value }) => [taskId, value])).toEqual([
      ["t2", 1],
      ["t3", 7],
    ]);
  });

  it("sends a page as one batch behind what is on its way", () => {
    const outbox = sealPage(seal(put(EMPTY_OUTBOX, [answer(1, 1)]), "slots"), "page", [answer(2, 1), answer(2, 2)]);
    expect(outbox.sealed.map(({ key, page }) => [key, page])).toEqual([
      ["slots", false],
      ["page", true],
    ]);
  });
});
