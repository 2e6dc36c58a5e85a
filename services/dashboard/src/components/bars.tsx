import type { ReactNode } from "react";
import { count, percent } from "../format.ts";

export interface Bar {
  name: ReactNode;
  key: string;
  value: number;
  tone?: "accent" | "warn" | "bad" | "good";
  onClick?: (() => void) | undefined;
  selected?: boolean;
}

const FILL = { accent: "bg-accent", warn: "bg-warn", bad: "bg-bad", good: "bg-good" } as const;

/** Counts as bars on one scale, with their share of `total` when it is given. */
export function Bars({ items, total }: { items: readonly Bar[]; total?: number }) {
  const most = Math.max(1, ...items.map((item) => item.value));
  return (
    <ul className="flex flex-col gap-1">
      {items.map((item) => {
        const body = (
          <>
            <span className="truncate text-left">{item.name}</span>
            <span className="h-2 rounded-sm bg-sunk">
              <span
                className={`block h-full rounded-sm opacity-80 ${FILL[item.tone ?? "accent"]}`}
                style={{ width: `${Math.max(1, (item.value / most) * 100)}%` }}
              />
            </span>
            <span className="text-right text-dim">{count(item.value)}</span>
            {total !== undefined && (
              <span className="text-right text-faint">{percent(total > 0 ? item.value / total : 0)}</span>
            )}
          </>
        );
        const grid = `grid w-full items-center gap-2 rounded px-1 py-0.5 ${
          total === undefined ? "grid-cols-[minmax(90px,1fr)_2fr_56px]" : "grid-cols-[minmax(90px,1fr)_2fr_56px_56px]"
        }`;
        return (
          <li key={item.key}>
            {item.onClick ? (
              <button
                type="button"
                onClick={item.onClick}
                aria-pressed={item.selected ?? false}
                className={`${grid} hover:bg-sunk ${item.selected ? "bg-accent-soft" : ""}`}
              >
                {body}
              </button>
            ) : (
              <div className={grid}>{body}</div>
            )}
          </li>
        );
      })}
    </ul>
  );
}

const SHADES = ["bg-accent", "bg-good", "bg-warn", "bg-bad", "bg-strong"] as const;

/** Parts of one whole as one line. */
export function Stack({
  parts,
}: {
  parts: readonly { name: string; value: number; tone?: "accent" | "good" | "warn" | "bad" }[];
}) {
  const total = parts.reduce((sum, part) => sum + part.value, 0);
  if (total === 0) return <span className="text-faint">–</span>;
  return (
    <span className="flex h-2.5 w-full min-w-24 overflow-hidden rounded-sm bg-sunk">
      {parts.map((part, place) => (
        <span
          key={part.name}
          title={`${part.name}: ${count(part.value)}`}
          className={`h-full ${part.tone ? FILL[part.tone] : SHADES[place % SHADES.length]} opacity-80`}
          style={{ width: `${(part.value / total) * 100}%` }}
        />
      ))}
    </span>
  );
}
