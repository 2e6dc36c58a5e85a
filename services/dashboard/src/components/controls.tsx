import type { ButtonHTMLAttributes, InputHTMLAttributes, ReactNode, SelectHTMLAttributes } from "react";

type Look = "plain" | "strong" | "danger";

const LOOKS: Record<Look, string> = {
  plain: "border-line bg-panel text-ink hover:border-strong",
  strong: "border-accent bg-accent text-accent-ink hover:brightness-110",
  danger: "border-bad/40 bg-panel text-bad hover:border-bad",
};

export function Button({
  look = "plain",
  className = "",
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { look?: Look }) {
  return (
    <button
      type="button"
      {...rest}
      className={`inline-flex h-7 items-center gap-1.5 rounded-md border px-2.5 font-medium whitespace-nowrap ${LOOKS[look]} ${className}`}
    />
  );
}

const FIELD = "h-7 rounded-md border border-line bg-panel px-2 text-ink placeholder:text-faint hover:border-strong";

export function Input({ className = "", ...rest }: InputHTMLAttributes<HTMLInputElement>) {
  return <input {...rest} className={`${FIELD} ${className}`} />;
}

export function Select({ className = "", ...rest }: SelectHTMLAttributes<HTMLSelectElement>) {
  return <select {...rest} className={`${FIELD} ${className}`} />;
}

export function Field({ name, children }: { name: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label className="flex flex-col gap-1">
      <span className="text-xs text-dim">{name}</span>
      {children}
    </label>
  );
}

/** One of a few, all in sight. */
export function Choice<Value extends string>(props: {
  name: string;
  value: Value;
  of: readonly { value: Value; label: ReactNode }[];
  onChange: (value: Value) => void;
}) {
  return (
    <fieldset className="flex overflow-hidden rounded-md border border-line" aria-label={props.name}>
      {props.of.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === props.value}
          onClick={() => props.onChange(option.value)}
          className={`h-7 border-l border-line px-2.5 first:border-l-0 ${
            option.value === props.value ? "bg-accent-soft font-medium text-accent" : "bg-panel text-dim hover:text-ink"
          }`}
        >
          {option.label}
        </button>
      ))}
    </fieldset>
  );
}

export function Key({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-flex h-5 min-w-5 items-center justify-center rounded border border-b-2 border-strong bg-sunk px-1 font-sans text-xs font-semibold text-dim">
      {children}
    </kbd>
  );
}
