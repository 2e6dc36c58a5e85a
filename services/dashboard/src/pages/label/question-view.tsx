import { NOT_ASKED, NOT_VISIBLE, OTHER, UNSURE } from "@anyone/domain/annotate/answer";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { useEffect, useRef, useState } from "react";
import { Badge } from "../../components/badge.tsx";
import { Key } from "../../components/controls.tsx";
import { said, words } from "../../components/protocol.ts";
import { percent } from "../../format.ts";
import type { Draft } from "./draft.ts";
import { keyOf, placeOf } from "./option-keys.ts";
import { TypedAnswer } from "./typed-answer.tsx";
import { type Given, optionsOf, type Question } from "./walk.ts";

interface Props {
  first: Question;
  draft: Draft;
  left: number;
  protocol: Protocol;
  paused: boolean;
  onAnswer: (given: Given) => void;
  onBack: () => void;
}

/** The packed value of a second colour beside the main one. */
const SECOND = 256;

/** One question with its options under numbered keys. */
export function QuestionView({ first, draft, left, protocol, paused, onAnswer, onBack }: Props) {
  const [question, setQuestion] = useState(first);
  const [typing, setTyping] = useState<"other" | "find" | null>(null);
  const [main, setMain] = useState<number | null>(null);
  const began = useRef(performance.now());
  const { category } = question;
  const options = optionsOf(question).filter((option) => main === null || option.value !== main);
  const suggestion = draft.task.blind ? undefined : draft.task.suggestions.find((one) => one.category === category.n);
  const group = protocol.groupById.get(category.group);

  function give(value: number, text?: string): void {
    const milliseconds = Math.round(performance.now() - began.current);
    onAnswer({ category: category.n, value, ...(text === undefined ? {} : { text }), milliseconds });
  }

  function choose(place: number, second: boolean): void {
    const option = options[place];
    if (!option) return;
    if (option.value === null) setQuestion({ category, step: "kind" });
    else if (main !== null) give(main + SECOND * (option.value + 1));
    else if (second && category.arity === "two") setMain(option.value);
    else give(option.value);
  }

  function back(): void {
    if (main !== null) setMain(null);
    else if (question.step === "kind" && first.step === "exists") setQuestion(first);
    else onBack();
  }

  useEffect(() => {
    if (paused || typing) return;
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      // ⇧1 types ! on one keyboard and + on another: a digit is told by its place
      const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1];
      const place = placeOf(digit ?? event.key);
      if (event.key === "Backspace") back();
      else if (event.key === "Enter" && suggestion && main === null) give(suggestion.value);
      else if (event.key === "v") give(NOT_VISIBLE);
      else if (event.key === "u") give(UNSURE);
      else if (event.key === "n") give(NOT_ASKED);
      else if (event.key === "o") setTyping("other");
      else if (event.key === "/") setTyping("find");
      else if (place >= 0 && place < options.length && event.key.length === 1) choose(place, event.shiftKey);
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  });

  const done = draft.given.length;
  const dense = options.length > 9;
  return (
    <section
      className="flex min-h-0 flex-col border-l border-line bg-panel"
      aria-label="question"
      data-category={category.id}
      data-step={question.step}
    >
      <div className="h-1 bg-sunk">
        <div
          className="h-full bg-accent transition-[width]"
          style={{ width: `${(done / Math.max(1, done + left)) * 100}%` }}
        />
      </div>
      <div className="flex items-center justify-between px-5 pt-4 text-xs text-faint">
        <span>
          {words(group?.name ?? "")} · question {done + 1} of about {done + left}
        </span>
        {draft.task.blind ? <Badge title="answer without a suggestion">blind</Badge> : null}
      </div>
      <h1 className="px-5 pt-1 pb-3 text-xl leading-snug tracking-tight">
        {main !== null
          ? `And the second colour, beside ${said(category, main)}?`
          : question.step === "exists"
            ? category.existence
            : category.question}
      </h1>
      {typing ? (
        <TypedAnswer
          mode={typing}
          options={options.map((option, place) => ({ text: words(option.text), place }))}
          maxWords={category.max_words}
          onOption={(place) => {
            setTyping(null);
            choose(place, false);
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
            <div className="mx-5 mb-3 flex items-center gap-2 rounded-md bg-accent-soft px-3 py-1.5">
              <Key>Enter</Key>
              <span className="font-medium">{said(category, suggestion.value)}</span>
              <span className="ml-auto text-xs text-dim">suggested, {percent(suggestion.confidence, 0)} sure</span>
            </div>
          )}
          <ol className={`grid min-h-0 content-start gap-1 overflow-y-auto px-5 ${dense ? "grid-cols-2" : ""}`}>
            {options.map((option, place) => (
              <li key={option.text}>
                <button
                  type="button"
                  tabIndex={-1}
                  onClick={() => choose(place, false)}
                  className={`flex w-full items-center gap-2.5 rounded-md border border-line px-2.5 text-left hover:border-strong ${dense ? "py-1" : "py-1.5 text-base"}`}
                >
                  <Key>{keyOf(place) ?? "/"}</Key>
                  {words(option.text)}
                </button>
              </li>
            ))}
          </ol>
        </>
      )}
      <Footer two={category.arity === "two" && main === null} />
    </section>
  );
}

function Footer({ two }: { two: boolean }) {
  const keys = [
    ["v", "not visible"],
    ["u", "unsure"],
    ["o", "other"],
    ["n", "does not apply"],
    ...(two ? [["Shift", "+ key: two colours"]] : []),
    ["Backspace", "back"],
  ] as const;
  return (
    <footer className="mt-auto flex flex-wrap gap-x-4 gap-y-1.5 border-t border-line px-5 py-3 text-xs text-dim">
      {keys.map(([key, says]) => (
        <span key={key} className="flex items-center gap-1.5">
          <Key>{key}</Key> {says}
        </span>
      ))}
    </footer>
  );
}
