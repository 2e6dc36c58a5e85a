import { Fragment, useEffect } from "react";
import { Key } from "../../components/controls.tsx";

const KEYS = [
  ["1 … 9, 0, a …", "answer, and on to the next question"],
  ["Shift + option", "main colour, then ask for a second one"],
  ["Enter", "accept the suggestion (never shown on blind pages)"],
  ["Backspace", "back to the question before, as far as the page's first"],
  ["v", "it is not visible: out of the picture, or hidden"],
  ["u", "you are unsure; such answers teach nothing and measure nothing"],
  ["o", "something else: type it, Enter"],
  ["n", "the question does not apply here"],
  ["/", "type to find an option, Enter takes the first one"],
  ["h", "mark what the question is about, or not"],
  ["z", "come closer to it, or see all"],
  ["Ctrl + Backspace", "skip this picture for good: it can't be judged"],
  ["?", "this page; Esc closes it"],
] as const;

export function Help({ onClose }: { onClose: () => void }) {
  useEffect(() => {
    const close = (event: KeyboardEvent) => {
      event.preventDefault();
      if (["Escape", "?", "Enter"].includes(event.key)) onClose();
    };
    addEventListener("keydown", close);
    return () => removeEventListener("keydown", close);
  }, [onClose]);

  return (
    <div className="fixed inset-0 z-10 grid place-items-center bg-black/45 p-6">
      <section
        role="dialog"
        aria-label="keys"
        aria-modal="true"
        className="w-full max-w-xl rounded-lg border border-line bg-panel p-5 shadow-xl"
      >
        <h2 className="mb-3 text-base">Keys</h2>
        <dl className="grid grid-cols-[150px_1fr] gap-x-4 gap-y-1.5">
          {KEYS.map(([key, says]) => (
            <Fragment key={key}>
              <dt>
                <Key>{key}</Key>
              </dt>
              <dd>{says}</dd>
            </Fragment>
          ))}
        </dl>
        <p className="mt-4 text-xs text-dim">
          Answers lie on this machine until the server has confirmed them: a reload or a lost connection costs nothing.
          Say what the picture shows, not what you would expect.
        </p>
      </section>
    </div>
  );
}
