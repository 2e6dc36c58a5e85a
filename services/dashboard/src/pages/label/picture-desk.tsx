import type { Protocol } from "@anyone/domain/annotate/protocol";
import { openSlots, type PageSheet, type SlotName } from "./desk.ts";
import type { OpenDesk } from "./open-desk.ts";
import { PictureStage } from "./picture-stage.tsx";
import { QuestionPanel } from "./question-panel.tsx";
import { isCommand, useKeys } from "./use-keys.ts";
import type { LensControl } from "./use-lens.ts";
import { firstStep } from "./walk.ts";

interface Props {
  sheet: PageSheet;
  protocol: Protocol;
  /** The picture of the page after this one. */
  next: readonly string[];
  desk: OpenDesk;
  look: LensControl;
  paused: boolean;
  onSkip: (slots: readonly SlotName[]) => void;
  onFlag: (slot: SlotName) => void;
}

/** One picture with its questions, in their order. */
export function PictureDesk({ sheet, protocol, next, desk, look, paused, onSkip, onFlag }: Props) {
  const open = openSlots(sheet, protocol);
  const [at] = open;
  const category = at && protocol.categories[at.category - 1];

  useKeys(paused, (event) => {
    if (!at || isCommand(event)) return false;
    if (event.key === "s") onSkip([at]);
    else if (event.key === "f") onFlag(at);
    else return false;
    return true;
  });

  if (!at || !category) return null;
  const done = sheet.given.length;
  const { blind, suggestions } = sheet.task;
  const suggestion = blind ? null : (suggestions.find((one) => one.category === category.n) ?? null);
  const give = (value: number, text: string | undefined, milliseconds: number) =>
    desk.answer([{ ...at, value, milliseconds, ...(text === undefined ? {} : { text }) }]);
  return (
    <>
      <PictureStage
        assetId={sheet.task.assetId}
        alt="the person to describe"
        parts={category.parts}
        next={next}
        look={look}
      />
      <QuestionPanel
        key={`${sheet.id} ${category.n} ${done}`}
        first={firstStep(category)}
        protocol={protocol}
        progress={done / (done + open.length)}
        where={`question ${done + 1} of about ${done + open.length}`}
        blind={blind}
        suggestion={suggestion}
        paused={paused}
        onGive={give}
        onAccept={(took) => suggestion && give(suggestion.value, undefined, took)}
        onBack={desk.undo}
      />
    </>
  );
}
