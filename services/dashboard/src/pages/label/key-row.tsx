import { Key } from "../../components/controls.tsx";

/** Keys and what they do, in a line. */
export function KeyRow({ keys }: { keys: readonly (readonly [key: string, says: string])[] }) {
  return (
    <footer className="sticky bottom-0 -mx-5 mt-auto flex shrink-0 flex-wrap gap-x-4 gap-y-1.5 border-t border-line bg-panel px-5 py-2.5 text-xs text-dim [@media(max-height:560px)]:static">
      {keys.map(([key, says]) => (
        <span key={key} className="flex items-center gap-1.5">
          <Key>{key}</Key> {says}
        </span>
      ))}
    </footer>
  );
}
