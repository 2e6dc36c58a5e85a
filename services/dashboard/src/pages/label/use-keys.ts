import { useLayoutEffect } from "react";

/** Handles key presses of the page until it is paused. A handler returns whether the key meant something. */
export function useKeys(paused: boolean, handle: (event: KeyboardEvent) => boolean): void {
  // before the browser paints: whoever sees a question may press its key
  useLayoutEffect(() => {
    if (paused) return;
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event.target) || pressesControl(event)) return;
      if (handle(event)) event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  });
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
  );
}

/** Enter and the space bar press the button that has the focus: who came there by Tab means it. */
function pressesControl({ target, key }: KeyboardEvent): boolean {
  return (key === "Enter" || key === " ") && target instanceof Element && target.closest("button, a, summary") !== null;
}

/** Whether a key is pressed with one that makes it a command of the browser. */
export function isCommand({ ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return ctrlKey || metaKey || altKey;
}
