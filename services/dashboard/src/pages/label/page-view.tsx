import type { Protocol } from "@anyone/domain/annotate/protocol";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Draft } from "./draft.ts";
import { Evidence } from "./evidence.tsx";
import { QuestionView } from "./question-view.tsx";
import type { Labelling } from "./use-labelling.ts";
import { firstStep, walk } from "./walk.ts";

interface Props {
  draft: Draft;
  protocol: Protocol;
  labelling: Labelling;
  /** Keys mean something else now. */
  paused: boolean;
  onHelp: () => void;
}

/** A leased page: the picture on the left, the question on the right. */
export function PageView({ draft, protocol, labelling, paused, onHelp }: Props) {
  const { category, left } = useMemo(() => walk(protocol, draft.task, draft.given), [protocol, draft]);
  const [marked, setMarked] = useState(true);
  const [close, setClose] = useState(false);
  const finished = category === null;
  const sent = useRef(false);

  useEffect(() => {
    if (!finished || sent.current || draft.given.length === 0) return;
    sent.current = true;
    labelling.finish();
  }, [finished, draft, labelling]);

  useEffect(() => {
    if (paused) return;
    const press = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement) return;
      if (event.key === "Backspace" && event.ctrlKey) labelling.skip("it can't be judged");
      else if (event.ctrlKey || event.metaKey || event.altKey) return;
      else if (event.key === "?") onHelp();
      else if (event.key === "h") setMarked((on) => !on);
      else if (event.key === "z") setClose((on) => !on);
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [paused, labelling, onHelp]);

  if (finished && draft.given.length === 0) {
    return <NothingApplies labelling={labelling} />;
  }
  return (
    <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)_minmax(380px,520px)]">
      <Evidence assetId={draft.task.assetId} parts={category?.parts ?? []} marked={marked} close={close} />
      {category && (
        <QuestionView
          key={`${category.n} ${draft.given.length}`}
          first={firstStep(category)}
          draft={draft}
          left={left}
          protocol={protocol}
          paused={paused}
          onAnswer={labelling.answer}
          onBack={labelling.back}
        />
      )}
    </div>
  );
}

/** No question of the page applies to what the part map shows: the page goes back as one that can't be judged. */
function NothingApplies({ labelling }: { labelling: Labelling }) {
  const done = useRef(false);
  useEffect(() => {
    if (done.current) return;
    done.current = true;
    labelling.skip("no question of the page applies");
  }, [labelling]);
  return <div className="m-auto text-faint">None of this page's questions applies; the next page comes.</div>;
}
