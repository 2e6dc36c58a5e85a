import { useState } from "react";
import { Input, Key } from "../../components/controls.tsx";

interface Props {
  mode: "other" | "find";
  options: readonly { text: string; value: number | null }[];
  maxWords: number | undefined;
  onOption: (value: number | null) => void;
  onText: (text: string) => void;
  onCancel: () => void;
}

/** Answers by typing: an option found by a part of its name, or words of one's own. */
export function TypedAnswer({ mode, options, maxWords, onOption, onText, onCancel }: Props) {
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const found =
    mode === "find" && wanted !== "" ? options.filter((option) => option.text.toLowerCase().includes(wanted)) : [];
  const tooLong = maxWords !== undefined && text.trim().split(/\s+/).length > maxWords;

  function take(): void {
    const [first] = found;
    if (mode === "find") {
      if (first) onOption(first.value);
    } else if (wanted !== "" && !tooLong) onText(text.trim());
  }

  return (
    <div className="px-5">
      <Input
        autoFocus
        aria-label={mode === "find" ? "find an option" : "another answer"}
        placeholder={
          mode === "find" ? "part of an option's name" : `in your own words${maxWords ? `, at most ${maxWords}` : ""}`
        }
        maxLength={200}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") take();
          else if (event.key === "Escape" || (event.key === "Backspace" && text === "")) onCancel();
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
        className="h-9 w-full text-base"
      />
      <p className="mt-1.5 text-xs text-dim">
        <Key>Enter</Key> {mode === "find" ? "takes the first one" : "answers"} · <Key>Esc</Key> back to the options
        {tooLong && <span className="ml-2 text-bad">at most {maxWords} words</span>}
      </p>
      <ol className="mt-2 flex flex-col gap-1">
        {found.slice(0, 8).map((option, place) => (
          <li
            key={option.text}
            className={`rounded-md border px-2.5 py-1.5 ${place === 0 ? "border-accent bg-accent-soft" : "border-line"}`}
          >
            {option.text}
          </li>
        ))}
      </ol>
    </div>
  );
}
