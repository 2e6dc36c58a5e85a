import { Link } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { Choice, Key } from "../../components/controls.tsx";
import { SignedIn, useIdentity } from "../../components/session.tsx";
import { ThemeToggle } from "../../components/shell.tsx";
import { openSlots, protocolOf, type SlotName } from "./desk.ts";
import { Help } from "./help.tsx";
import { NoteDialog } from "./note-dialog.tsx";
import { NothingHere } from "./nothing-here.tsx";
import type { DeskView, OpenDesk } from "./open-desk.ts";
import { Pace, Saving } from "./pace.tsx";
import { PictureDesk } from "./picture-desk.tsx";
import { QuestionDesk } from "./question-desk.tsx";
import { QuestionPicker } from "./question-picker.tsx";
import { useDesk } from "./use-desk.ts";
import { isCommand, useKeys } from "./use-keys.ts";
import { type LensControl, useLens } from "./use-lens.ts";

/** Questions about pictures, one key each. Everything on this page is done without a mouse. */
export function LabelPage() {
  return (
    <SignedIn>
      <Room />
    </SignedIn>
  );
}

type Open = { what: "help" } | { what: "skip"; slots: readonly SlotName[] } | { what: "flag"; slot: SlotName };

function Room() {
  const { name } = useIdentity();
  const opened = useDesk(name);
  return opened ? <Desk {...opened} /> : null;
}

function Desk({ desk, view }: { desk: OpenDesk; view: DeskView }) {
  const [open, setOpen] = useState<Open | null>(null);
  const [single, setSingle] = useState(false);
  const look = useLens();
  const close = useCallback(() => setOpen(null), []);
  const paused = open !== null;

  useKeys(paused, (event) => {
    if (isCommand(event)) return false;
    // with a question in sight its panel goes back, by steps of its own first
    if (event.key === "Backspace" && !view.sheet && view.canUndo) desk.undo();
    else if (event.key === "?") setOpen({ what: "help" });
    else if (event.key === "m") desk.work(view.kind === "grid" ? "page" : "grid");
    else if (event.key === "g" && view.kind === "grid") setSingle((on) => !on);
    else return lookKey(event, look, view.kind === "page" || single);
    return true;
  });

  return (
    <div className="flex h-full flex-col max-[560px]:h-auto max-[560px]:min-h-full">
      <Header desk={desk} view={view} />
      <Note desk={desk} view={view} />
      <Work
        desk={desk}
        view={view}
        look={look}
        single={single}
        paused={paused}
        onSkip={(slots) => setOpen({ what: "skip", slots })}
        onFlag={(slot) => setOpen({ what: "flag", slot })}
      />
      {open?.what === "help" && <Help onClose={close} />}
      {open?.what === "skip" && (
        <NoteDialog
          title={view.kind === "page" ? "Skip this picture" : "Skip"}
          says="Nobody is asked about it any more. Where you merely can't tell, answer with u instead."
          usual={[
            "it can't be judged",
            "more than one person",
            "not a photograph of a person",
            "the picture is broken",
          ]}
          onSay={(reason) => {
            desk.skip(open.slots, reason);
            close();
          }}
          onCancel={close}
        />
      )}
      {open?.what === "flag" && (
        <NoteDialog
          title="Flag for an operator"
          says="Somebody looks at it; you can still answer."
          usual={[
            "the question does not fit",
            "no option fits",
            "the picture should not be here",
            "the marked part is wrong",
          ]}
          onSay={(note) => {
            desk.flag(open.slot, note);
            close();
          }}
          onCancel={close}
        />
      )}
    </div>
  );
}

const PAN = 0.12;
const ZOOM = 1.3;

/** Keys by which the picture is looked at. Arrows move it where they mean nothing else. */
function lookKey({ key }: KeyboardEvent, look: LensControl, one: boolean): boolean {
  const pan = { ArrowLeft: [-PAN, 0], ArrowRight: [PAN, 0], ArrowUp: [0, -PAN], ArrowDown: [0, PAN] }[key];
  if (key === "h") look.mark();
  else if (key === "z") look.approach();
  else if (key === "+" || key === "=") look.zoom(ZOOM);
  else if (key === "-") look.zoom(1 / ZOOM);
  else if (key === "Escape" && look.lens.zoom > 1) look.reset();
  else if (pan && one && look.lens.zoom > 1) look.pan(pan[0] ?? 0, pan[1] ?? 0);
  else return false;
  return true;
}

function Header({ desk, view }: { desk: OpenDesk; view: DeskView }) {
  const { name, role } = useIdentity();
  return (
    <header className="flex min-h-10 shrink-0 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line bg-panel px-4 py-1">
      <span className="flex items-center gap-2 font-semibold">
        <img src="/wheel.svg" alt="" className="size-5" /> Label
      </span>
      <Choice
        name="what to go through"
        value={view.kind}
        of={[
          { value: "grid", label: "by question" },
          { value: "page", label: "by picture" },
        ]}
        onChange={(kind) => desk.work(kind)}
      />
      {view.kind === "grid" && <QuestionPicker view={view} onPick={(category) => desk.work("grid", category)} />}
      <Pace view={view} />
      <Saving view={view} />
      <span className="ml-auto flex items-center gap-4 text-xs text-dim">
        <span>
          <Key>?</Key> keys
        </span>
        <span>{name}</span>
        <ThemeToggle />
        {role !== "annotator" && (
          <Link to="/review" className="hover:text-ink">
            back to review
          </Link>
        )}
      </span>
    </header>
  );
}

interface WorkProps {
  desk: OpenDesk;
  view: DeskView;
  look: LensControl;
  single: boolean;
  paused: boolean;
  onSkip: (slots: readonly SlotName[]) => void;
  onFlag: (slot: SlotName) => void;
}

function Work({ view, ...rest }: WorkProps) {
  const { sheet, protocol } = view;
  if (!sheet || !protocol) return <NothingHere desk={rest.desk} view={view} paused={rest.paused} />;
  return (
    <main className="grid min-h-0 flex-1 min-[560px]:grid-cols-[minmax(0,1fr)_minmax(300px,36%)]">
      {sheet.kind === "grid" ? (
        <QuestionDesk key={sheet.id} sheet={sheet} protocol={protocol} outbox={view.outbox} {...rest} />
      ) : (
        <PictureDesk sheet={sheet} protocol={protocol} next={nextPictures(view)} {...rest} />
      )}
    </main>
  );
}

function nextPictures({ desk, sheet, protocol }: DeskView): string[] {
  return desk.sheets.flatMap((one) =>
    one.kind === "page" &&
    one !== sheet &&
    protocol &&
    protocolOf(one) === protocol.identity &&
    openSlots(one, protocol).length > 0
      ? [one.task.assetId]
      : [],
  );
}

function Note({ desk, view }: { desk: OpenDesk; view: DeskView }) {
  const { notice, away } = view;
  const shown = away
    ? { tone: "warn" as const, text: `${away} Go on: answers are kept on this machine and sent when it is back.` }
    : notice;
  if (!shown) return null;
  const looks = {
    plain: "border-line bg-sunk text-ink",
    warn: "border-warn/40 bg-warn-soft text-warn",
    bad: "border-bad/40 bg-bad-soft text-bad",
  };
  return (
    <div role="alert" className={`flex items-center justify-between gap-4 border-b px-4 py-1.5 ${looks[shown.tone]}`}>
      <span>{shown.text}</span>
      {!away && (
        <button type="button" onClick={desk.dismiss} className="shrink-0 text-xs underline">
          understood
        </button>
      )}
    </div>
  );
}
