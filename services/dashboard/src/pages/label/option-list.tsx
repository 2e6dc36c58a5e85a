import { Key } from "../../components/controls.tsx";
import { words } from "../../components/protocol.ts";
import type { Option } from "./walk.ts";

/** Options under their keys; a mouse may press them too. */
export function OptionList({
  options,
  onChoose,
}: {
  options: readonly Option[];
  onChoose: (value: number | null) => void;
}) {
  const dense = options.length > 8;
  return (
    <ol className={`grid shrink-0 content-start gap-1 ${dense ? "grid-cols-2" : ""}`} aria-label="answers">
      {options.map(({ text, value, key }) => (
        <li key={text}>
          <button
            type="button"
            tabIndex={-1}
            onClick={() => onChoose(value)}
            aria-keyshortcuts={key}
            className={`flex w-full items-center gap-2.5 rounded-md border border-line px-2.5 text-left hover:border-strong ${dense ? "py-1" : "py-1.5 text-base"}`}
          >
            <Key>{key ?? "/"}</Key>
            {words(text)}
          </button>
        </li>
      ))}
    </ol>
  );
}
