import { NOT_ASKED, NOT_VISIBLE, OTHER, UNSURE } from "@anyone/domain/annotate/answer";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { type ReactNode, useRef, useState } from "react";
import { Badge } from "../../components/badge.tsx";
import { Key } from "../../components/controls.tsx";
import { said, words } from "../../components/protocol.ts";
import { percent } from "../../format.ts";
import { Guideline } from "./guideline.tsx";
import { KeyRow } from "./key-row.tsx";
import { keyPressed } from "./option-keys.ts";
import { OptionList } from "./option-list.tsx";
import { TypedAnswer } from "./typed-answer.tsx";
import { isCommand, useKeys } from "./use-keys.ts";
import { optionsOf, type Question } from "./walk.ts";

export interface Suggestion {
  value: number;
  /** 0..1, calibrated. */
  confidence: number;
}

interface Props {
  first: Question;
  protocol: Protocol;
  /** Share of this sheet that is answered, and where one is, in words. */
  progress: number;
  where: string;
  blind: boolean;
  suggestion: Suggestion | null;
  /** Said of the suggestion where there are several. */
  suggested?: string;
  paused: boolean;
  onGive: (value: number, text: string | undefined, milliseconds: number) => void;
  onAccept: (milliseconds: number) => void;
  onBack: () => void;
  children?: ReactNode;
}

/** The packed value of a second colour beside the main one. */
const SECOND = 256;

/** One question, its options each under a key, and what the protocol says about it. */
export function QuestionPanel(props: Props) {
  const { first, protocol, blind, suggestion, onBack, onAccept } = props;
  const [question, setQuestion] = useState(first);
  const [typing, setTyping] = useState<"other" | "find" | null>(null);
  const [main, setMain] = useState<number | null>(null);
  const began = useRef(performance.now());
  const { category } = question;
  const options = optionsOf(question).filter((option) => main === null || option.value !== main);

  function took(): number {
    const now = performance.now();
    const milliseconds = Math.round(now - began.current);
    began.current = now;
    return milliseconds;
  }

  function give(value: number, text?: string): void {
    setMain(null);
    props.onGive(value, text, took());
  }

  function choose(value: number | null, second: boolean): void {
    if (value === null) setQuestion({ category, step: "kind" });
    else if (main !== null) give(main + SECOND * (value + 1));
    else if (second && category.arity === "two") setMain(value);
    else give(value);
  }

  function back(): void {
    began.current = performance.now();
    if (main !== null) setMain(null);
    else if (question.step === "kind" && first.step === "exists") setQuestion(first);
    else onBack();
  }

  useKeys(props.paused || typing !== null, (event) => {
    if (event.key === "Backspace" && !isCommand(event)) back();
    else if (event.key === "z" && (event.ctrlKey || event.metaKey)) back();
    else if (isCommand(event) || event.repeat) return false;
    else if (event.key === "Enter" && suggestion && main === null) onAccept(took());
    else if (event.key === "v") give(NOT_VISIBLE);
    else if (event.key === "u") give(UNSURE);
    else if (event.key === "n") give(NOT_ASKED);
    else if (event.key === "o") setTyping("other");
    else if (event.key === "/") setTyping("find");
    else {
      const key = keyPressed(event);
      const option = options.find((one) => one.key === key);
      if (!option) return false;
      choose(option.value, event.shiftKey);
    }
    return true;
  });

  return (
    <section
      className="flex min-h-0 flex-col border-line bg-panel max-[560px]:border-t min-[560px]:border-l"
      aria-label="question"
      data-category={category.id}
      data-step={question.step}
    >
      <div className="h-1 shrink-0 bg-sunk">
        <div className="h-full bg-accent" style={{ width: `${props.progress * 100}%` }} />
      </div>
      <div className="flex items-center justify-between gap-3 px-5 pt-3 text-xs text-dim">
        <span>
          {words(protocol.groupById.get(category.group)?.name ?? "")} · {props.where}
        </span>
        {blind && <Badge title="answer without a suggestion">blind</Badge>}
      </div>
      <h1 className="px-5 pt-1 pb-3 text-xl leading-snug tracking-tight" aria-live="polite">
        {main !== null
          ? `And the second colour, beside ${said(category, main)}?`
          : question.step === "exists"
            ? category.existence
            : category.question}
      </h1>
      <div className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto px-5">
        {typing ? (
          <TypedAnswer
            mode={typing}
            options={options.map(({ text, value }) => ({ text: words(text), value }))}
            maxWords={category.max_words}
            onOption={(value) => {
              setTyping(null);
              choose(value, false);
            }}
            onText={(text) => {
              setTyping(null);
              give(OTHER, text);
            }}
            onCancel={() => setTyping(null)}
          />
        ) : (
          <>
            {suggestion && main === null && (
              <p className="flex items-center gap-2 rounded-md bg-accent-soft px-3 py-1.5">
                <Key>Enter</Key>
                <span className="font-medium">{props.suggested ?? said(category, suggestion.value)}</span>
                <span className="ml-auto text-xs text-dim">suggested, {percent(suggestion.confidence, 0)} sure</span>
              </p>
            )}
            <OptionList options={options} onChoose={(value) => choose(value, false)} />
          </>
        )}
        {props.children}
        <Guideline protocol={protocol} category={category} />
        <KeyRow
          keys={[
            ["v", "not visible"],
            ["u", "can't tell"],
            ["o", "other"],
            ["n", "does not apply"],
            ...(category.arity === "two" && main === null ? [["Shift", "+ key: two colours"] as const] : []),
            ["Backspace", "back"],
          ]}
        />
      </div>
    </section>
  );
}
