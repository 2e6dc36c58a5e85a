import type { ReactNode } from "react";

/** What happened to one thing, in order, side by side where there is room. */
export function Steps({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ol
      className="grid grid-cols-[repeat(auto-fit,minmax(180px,1fr))] gap-px overflow-hidden rounded-lg border border-line bg-line"
      aria-label={label}
    >
      {children}
    </ol>
  );
}

export function Step({ name, children }: { name: string; children: ReactNode }) {
  return (
    <li className="min-w-0 bg-panel px-3 py-2">
      <div className="mb-0.5 text-xs text-faint">{name}</div>
      {children}
    </li>
  );
}

export function Strong({ children }: { children: ReactNode }) {
  return <div className="truncate font-medium">{children}</div>;
}

export function Dim({ children }: { children: ReactNode }) {
  return <div className="truncate text-xs text-dim">{children}</div>;
}
