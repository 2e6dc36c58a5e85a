import type { ReactNode } from "react";

/** A page of one stage: its name, what it does in a sentence, what one can do here. */
export function Page(props: { title: string; lead: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <div className="mx-auto flex max-w-[1500px] flex-col gap-4 p-5">
      <header className="flex flex-wrap items-end justify-between gap-3">
        <div>
          <h1 className="text-xl tracking-tight">{props.title}</h1>
          <p className="mt-0.5 max-w-3xl text-dim">{props.lead}</p>
        </div>
        {props.actions && <div className="flex items-center gap-2">{props.actions}</div>}
      </header>
      {props.children}
    </div>
  );
}

export function Panel(props: {
  title?: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  flush?: boolean;
  children: ReactNode;
  className?: string;
}) {
  return (
    <section className={`min-w-0 rounded-lg border border-line bg-panel ${props.className ?? ""}`}>
      {props.title && (
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b border-line px-3.5 py-2">
          <h2 className="text-sm">
            {props.title}
            {props.note && <span className="ml-2 font-normal text-faint">{props.note}</span>}
          </h2>
          {props.actions && <div className="flex flex-wrap items-center gap-2">{props.actions}</div>}
        </div>
      )}
      <div className={props.flush ? "" : "p-3.5"}>{props.children}</div>
    </section>
  );
}
