import type { LeasedSlot } from "@anyone/contracts/review-slots";
import type { Category, Protocol } from "@anyone/domain/annotate/protocol";
import { useState } from "react";
import { type GridSheet, holds, type SlotName, same } from "./desk.ts";
import type { OpenDesk } from "./open-desk.ts";
import type { Outbox } from "./outbox.ts";
import { PictureGrid } from "./picture-grid.tsx";
import { PictureStage } from "./picture-stage.tsx";
import { QuestionPanel } from "./question-panel.tsx";
import { isCommand, useKeys } from "./use-keys.ts";
import type { LensControl } from "./use-lens.ts";

interface Props {
  sheet: GridSheet;
  protocol: Protocol;
  outbox: Outbox;
  desk: OpenDesk;
  look: LensControl;
  /** All pictures in sight, or one at a time. */
  single: boolean;
  paused: boolean;
  onSkip: (slots: readonly SlotName[]) => void;
  onFlag: (slot: SlotName) => void;
}

/** One question about many pictures, where the protocol has it and a picture is left. */
export function QuestionDesk(props: Props) {
  const slots = props.sheet.grid.slots.filter((slot) => !holds(props.sheet.gone, slot));
  const category = props.protocol.categories[props.sheet.grid.category - 1];
  const [first] = slots;
  return category && first ? <Answering {...props} category={category} slots={slots} first={first} /> : null;
}

interface AnsweringProps extends Props {
  category: Category;
  slots: readonly LeasedSlot[];
  first: LeasedSlot;
}

/** A key answers the one in focus, or all that are selected, and goes on. */
function Answering(props: AnsweringProps) {
  const { sheet, protocol, outbox, desk, look, single, paused, onSkip, onFlag, category, slots, first } = props;
  const open = slots.filter((slot) => !holds(sheet.given, slot));
  const [focus, setFocus] = useState<SlotName | undefined>(open[0]);
  const [selected, setSelected] = useState<SlotName[]>([]);
  const at = slots.find((slot) => focus && same(slot, focus)) ?? open[0] ?? first;
  const place = slots.indexOf(at);
  const targets = selected.length > 0 ? slots.filter((slot) => holds(selected, slot)) : [at];

  /** The next picture without an answer, after the ones just answered. */
  function onwards(answered: readonly SlotName[]): void {
    const left = open.filter((slot) => !holds(answered, slot));
    const after = left.find((slot) => slots.indexOf(slot) > place) ?? left[0];
    setSelected([]);
    if (after) setFocus(after);
  }

  function give(values: readonly (SlotName & { value: number })[], text: string | undefined, took: number): void {
    // before the desk is told: it may put another sheet here at once
    onwards(values);
    const milliseconds = Math.round(took / Math.max(1, values.length));
    const said = text === undefined ? {} : { text };
    desk.answer(
      values.map(({ taskId, category: n, value }) => ({ taskId, category: n, value, milliseconds, ...said })),
    );
  }

  function go(to: number, extend: boolean): void {
    const slot = slots[Math.min(slots.length - 1, Math.max(0, to))];
    if (!slot) return;
    if (extend)
      setSelected((before) =>
        [at, slot, ...before].filter((one, n, all) => all.findIndex((two) => same(one, two)) === n),
      );
    setFocus(slot);
  }

  useKeys(paused, (event) => {
    const columns = Number(document.querySelector<HTMLElement>("[data-columns]")?.dataset.columns ?? 1);
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    if (event.key === "a" && (event.ctrlKey || event.metaKey)) setSelected(open);
    else if (isCommand(event)) return false;
    else if (step !== undefined && !(single && look.lens.zoom > 1)) {
      const to = place + step;
      if (to >= 0 && to < slots.length) go(to, event.shiftKey && !single);
    } else if (event.key === "Home") go(0, false);
    else if (event.key === "End") go(slots.length - 1, false);
    else if (event.key === " " && !single) toggle(at);
    else if (event.key === "Escape" && selected.length > 0) setSelected([]);
    else if (event.key === "s") onSkip(targets);
    else if (event.key === "f") onFlag(at);
    else return false;
    return true;
  });

  function toggle(slot: SlotName): void {
    setSelected((before) => (holds(before, slot) ? before.filter((one) => !same(one, slot)) : [...before, slot]));
  }

  const suggestion = at.blind ? null : at.suggestion;
  const several = targets.length > 1;
  return (
    <>
      {single ? (
        <PictureStage
          assetId={at.assetId}
          alt="the person to describe"
          parts={category.parts}
          next={open.filter((slot) => !same(slot, at)).map(({ assetId }) => assetId)}
          look={look}
        />
      ) : (
        <PictureGrid
          sheet={sheet}
          category={category}
          outbox={outbox}
          focus={at}
          selected={selected}
          look={look}
          onPress={(slot, more) => {
            if (more) toggle(slot);
            setFocus(slot);
          }}
        />
      )}
      <QuestionPanel
        key={sheet.id}
        first={{ category, step: "all" }}
        protocol={protocol}
        progress={1 - open.length / Math.max(1, slots.length)}
        where={
          several
            ? `${targets.length} pictures at once`
            : `picture ${place + 1} of ${slots.length}, ${open.length} left`
        }
        blind={at.blind}
        suggestion={suggestion}
        {...(several ? { suggested: "as suggested, each its own" } : {})}
        paused={paused}
        onGive={(value, text, took) =>
          give(
            targets.map(({ taskId, category: n }) => ({ taskId, category: n, value })),
            text,
            took,
          )
        }
        onAccept={(took) =>
          give(
            targets.flatMap(({ taskId, category: n, suggestion: own, blind }) =>
              own && !blind ? [{ taskId, category: n, value: own.value }] : [],
            ),
            undefined,
            took,
          )
        }
        onBack={() => {
          const [first] = desk.undo();
          setSelected([]);
          if (first) setFocus(first);
        }}
      />
    </>
  );
}
