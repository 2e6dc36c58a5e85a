import { useState } from "react";
import { Key } from "../../components/controls.tsx";
import { useKeys } from "./use-keys.ts";

const COLOURS = ["red", "green", "blue"] as const;
type Colour = (typeof COLOURS)[number];
const PAINT: Record<Colour, string> = { red: "#b5483f", green: "#4d8a5b", blue: "#47689c" };

/** What is asked for, and the key that is right. Colours of shirts that anybody can tell apart. */
const STEPS = [
  { says: "One key answers and goes on. Which colour is the first shirt?", key: "1", shirt: 0 },
  { says: "The frame has moved on by itself. Answer the second one.", key: "3", shirt: 1 },
  { says: "A slip? Backspace takes it back, up to 50 answers.", key: "Backspace", shirt: 1 },
  { says: "Give the second one again.", key: "3", shirt: 1 },
  { says: "The third one can't be seen at all: v says so.", key: "v", shirt: 2 },
  { says: "Where you can't tell, say so: u. A guess would teach the model wrongly.", key: "u", shirt: 3 },
] as const;

const SHIRTS: readonly (Colour | null)[] = ["red", "blue", null, "green"];

/** The keys, learned on four drawn shirts; nothing of it is an answer. */
export function Lesson({ paused }: { paused: boolean }) {
  const [step, setStep] = useState(0);
  const [wrong, setWrong] = useState(false);
  const asked = STEPS[step];

  useKeys(paused || !asked, (event) => {
    if (!asked || event.ctrlKey || event.metaKey || event.altKey || event.key.length > 1 !== asked.key.length > 1)
      return false;
    const right = event.key === asked.key;
    setWrong(!right);
    if (right) setStep(step + 1);
    return right;
  });

  return (
    <section className="w-full max-w-xl rounded-lg border border-line bg-panel p-4" aria-label="learn the keys">
      <h2 className="text-sm">Learn the keys in a minute</h2>
      <div className="my-3 flex justify-center gap-3">
        {SHIRTS.map((colour, place) => (
          <div
            key={colour ?? "dark"}
            className={`rounded-md bg-sunk p-2 ${asked?.shirt === place ? "ring-3 ring-accent" : "ring-1 ring-line"}`}
          >
            <Shirt colour={colour} />
            <p className="h-4 text-center text-xs font-medium">{saidOf(place, step)}</p>
          </div>
        ))}
      </div>
      <ol className="mb-3 flex justify-center gap-4">
        {COLOURS.map((colour, place) => (
          <li key={colour} className="flex items-center gap-1.5">
            <Key>{place + 1}</Key> {colour}
          </li>
        ))}
        <li className="flex items-center gap-1.5">
          <Key>v</Key> not visible
        </li>
        <li className="flex items-center gap-1.5">
          <Key>u</Key> can't tell
        </li>
      </ol>
      <p className="text-center" aria-live="polite">
        {asked ? (
          <>
            {wrong ? "Not quite. " : ""}
            {asked.says} <Key>{asked.key}</Key>
          </>
        ) : (
          <>
            That is all it takes. Enter accepts a suggestion, Space selects several, <Key>?</Key> shows every key.
          </>
        )}
      </p>
    </section>
  );
}

/** What the lesson's answers so far say of a shirt. */
function saidOf(place: number, step: number): string {
  const done = STEPS.slice(0, step).filter((one) => one.shirt === place);
  const last = done.at(-1)?.key;
  if (!last || last === "Backspace") return "";
  return last === "v" ? "not visible" : last === "u" ? "can't tell" : (COLOURS[Number(last) - 1] ?? "");
}

function Shirt({ colour }: { colour: Colour | null }) {
  return (
    <svg
      viewBox="0 0 40 44"
      className="h-20 w-18"
      role="img"
      aria-label={colour ? `a ${colour} shirt` : "too dark to see"}
    >
      <rect width="40" height="44" rx="3" fill={colour ? "transparent" : "#15181b"} />
      {colour && <path d="M13 6 4 13l4 7 4-3v21h16V17l4 3 4-7-9-7a7 5 0 0 1-14 0Z" fill={PAINT[colour]} />}
    </svg>
  );
}
