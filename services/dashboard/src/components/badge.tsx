import type { ReactNode } from "react";

export type Tone = "plain" | "good" | "warn" | "bad" | "accent";

const TONES: Record<Tone, string> = {
  plain: "bg-sunk text-dim",
  good: "bg-good-soft text-good",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  accent: "bg-accent-soft text-accent",
};

export function Badge({ tone = "plain", title, children }: { tone?: Tone; title?: string; children: ReactNode }) {
  return (
    <span
      title={title}
      className={`inline-block rounded px-1.5 py-px text-xs font-medium whitespace-nowrap ${TONES[tone]}`}
    >
      {children}
    </span>
  );
}

const STATES: Record<string, Tone> = {
  running: "accent",
  leased: "accent",
  cutting: "accent",
  done: "good",
  released: "good",
  kept: "good",
  closed: "good",
  written: "good",
  measured: "good",
  failed: "bad",
  dead: "bad",
  dropped: "warn",
  paused: "warn",
  stopped: "warn",
  cancelled: "warn",
};

/** A state word in the colour that state always has. */
export function State({ of }: { of: string }) {
  return <Badge tone={STATES[of] ?? "plain"}>{of}</Badge>;
}

const TIERS: Record<string, { tone: Tone; says: string }> = {
  paper: { tone: "good", says: "the paper's own model" },
  modern: { tone: "good", says: "a modern model with a permissive licence" },
  embedded: { tone: "accent", says: "a small model that ships with the platform" },
  heuristic: { tone: "warn", says: "a rule, not a model" },
  none: { tone: "plain", says: "no model: nothing is measured" },
};

/** Which kind of model stands behind a number. */
export function Tier({ of }: { of: string | null | undefined }) {
  if (!of) return null;
  const tier = TIERS[of] ?? { tone: "plain" as const, says: of };
  return (
    <Badge tone={tier.tone} title={tier.says}>
      {of}
    </Badge>
  );
}
