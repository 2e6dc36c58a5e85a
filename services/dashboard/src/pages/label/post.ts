import { NOT_ASKED } from "@anyone/domain/annotate/answer";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { type Desk, type Given, holds, openSlots, protocolOf, type Sheet, same, slotsOf } from "./desk.ts";
import { type Outbox, put, type SlotAnswer, sealPage } from "./outbox.ts";

interface Work {
  desk: Desk;
  outbox: Outbox;
}

/**
 * Puts answers that were just given into the outbox. Those of a grid go one by one. Those of a page go together once the
 * last one is given, since the server checks them against each other; what is answered anew after that goes as
 * corrections, and what does not apply any more is withdrawn with them.
 */
export function post(
  work: Work,
  given: readonly Given[],
  protocol: (id: string) => Protocol | undefined,
  key: () => string,
): Work {
  let { outbox } = work;
  const sheets = work.desk.sheets.map((sheet): Sheet => {
    const own = given.filter((one) => holds(slotsOf(sheet), one));
    const known = protocol(protocolOf(sheet));
    if (own.length === 0 || !known) return sheet;
    if (sheet.kind === "grid") {
      outbox = put(outbox, fenced(sheet, own));
      return sheet;
    }
    if (sheet.sent) outbox = put(outbox, fenced(sheet, own));
    if (openSlots(sheet, known).length > 0) return sheet;
    if (sheet.sent) {
      const withdrawn = sheet.sent.filter((one) => one.value !== NOT_ASKED && !holds(sheet.given, one));
      outbox = put(
        outbox,
        fenced(
          sheet,
          withdrawn.map(({ text: _, ...one }) => ({ ...one, value: NOT_ASKED })),
        ),
      );
    } else outbox = sealPage(outbox, key(), fenced(sheet, sheet.given));
    return { ...sheet, sent: sheet.given };
  });
  return { desk: { ...work.desk, sheets }, outbox };
}

function fenced(sheet: Sheet, answers: readonly Given[]): SlotAnswer[] {
  const slots = slotsOf(sheet);
  return answers.flatMap((one) => {
    const slot = slots.find((own) => same(own, one));
    return slot ? [{ ...one, taskId: one.taskId as SlotAnswer["taskId"], fence: slot.fence }] : [];
  });
}
