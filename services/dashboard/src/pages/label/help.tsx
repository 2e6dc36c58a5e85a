import { Fragment, useEffect } from "react";
import { Key } from "../../components/controls.tsx";

const KEYS = [
  ["1 … 9, 0, a …", "answer, and on to the next"],
  ["x", "there is none, where one question is asked of many pictures"],
  ["Shift + option", "main colour, then ask for a second one"],
  ["Enter", "accept the suggestion (never shown where answers must be blind)"],
  ["Backspace", "take the last answer back, and the one before, 50 deep"],
  ["v", "it is not visible: out of the picture, or hidden"],
  ["u", "you can't tell; such answers teach nothing and measure nothing"],
  ["o", "something else: type it, Enter"],
  ["n", "the question does not apply here"],
  ["/", "type to find an option, Enter takes the first one"],
  ["arrow keys", "another picture of the grid; moves the picture where it is zoomed"],
  ["Space, Shift + arrow", "select several: the next key answers all of them; Ctrl + a all that are left"],
  ["h", "dim what the question is not about, or don't"],
  ["z, + and −", "come closer to it, or see all; zoom by hand, Esc for all of it"],
  ["g", "all pictures at once, or one at a time"],
  ["m", "one question about many pictures, or one picture with its questions"],
  ["s, f", "skip it with a reason; flag it for an operator"],
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
        className="w-full max-h-full max-w-2xl overflow-y-auto rounded-lg border border-line bg-panel p-5 shadow-xl"
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
