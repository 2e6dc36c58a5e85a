import { useState } from "react";
import { Input, Key } from "../../components/controls.tsx";

interface Props {
  title: string;
  /** What it does, in a sentence. */
  says: string;
  /** Usual reasons, each under its number. */
  usual: readonly string[];
  onSay: (text: string) => void;
  onCancel: () => void;
}

/** Asks for a reason: one key for a usual one, or words of one's own. */
export function NoteDialog({ title, says, usual, onSay, onCancel }: Props) {
  const [text, setText] = useState("");
  return (
    <div className="fixed inset-0 z-10 grid place-items-center bg-black/45 p-6">
      <section
        role="dialog"
        aria-label={title}
        aria-modal="true"
        className="w-full max-w-md rounded-lg border border-line bg-panel p-5 shadow-xl"
      >
        <h2 className="text-base">{title}</h2>
        <p className="mt-0.5 mb-3 text-dim">{says}</p>
        <ol className="mb-2 flex flex-col gap-1">
          {usual.map((reason, place) => (
            <li key={reason}>
              <button
                type="button"
                className="flex w-full items-center gap-2.5 rounded-md border border-line px-2.5 py-1.5 text-left hover:border-strong"
                onClick={() => onSay(reason)}
              >
                <Key>{place + 1}</Key> {reason}
              </button>
            </li>
          ))}
        </ol>
        <Input
          autoFocus
          aria-label="in your own words"
          placeholder="or in your own words"
          maxLength={500}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            const reason = text === "" ? usual[Number(event.key) - 1] : undefined;
            if (reason) onSay(reason);
            else if (event.key === "Enter" && text.trim() !== "") onSay(text.trim());
            else if (event.key === "Escape") onCancel();
            else return;
            event.preventDefault();
            event.stopPropagation();
          }}
          className="h-9 w-full"
        />
        <p className="mt-1.5 text-xs text-dim">
          <Key>Enter</Key> says it · <Key>Esc</Key> back
        </p>
      </section>
    </div>
  );
}
