import { type EvidencePoint, type GateDecision, reviewApi } from "@anyone/contracts/review";
import type { Category } from "@anyone/domain/annotate/protocol";
import { useApi } from "../../client.ts";
import { Panel } from "../../components/panel.tsx";
import { nameOf, useProtocol } from "../../components/protocol.ts";
import { Empty, Loaded } from "../../components/state.tsx";
import { compact, percent } from "../../format.ts";
import { EvidenceLine, eValue } from "./evidence-line.tsx";

/** Every question's evidence: where its accuracy lies, how the evidence grew, what it shows, and what rules. */
export function Gates({ iteration }: { iteration: number }) {
  const detail = useApi(reviewApi.getIteration, { params: { number: iteration } }, { every: 4_000 });
  const protocol = useProtocol(detail.data?.protocolId);
  const gates = detail.data?.gates ?? [];
  const { bar, rule } = policyOf(detail.data?.policy);

  return (
    <Panel
      title={`Gates of iteration ${iteration}`}
      note={gates.length > 0 ? `bar ${percent(bar, 0)}, settled by ${RULES[rule]}` : undefined}
    >
      <Loaded of={detail}>
        {gates.length === 0 ? (
          <Empty title="Nothing decided yet">
            The gates are read when people have answered this iteration's pages and the labeller has learned from them.
          </Empty>
        ) : (
          <>
            <Summary gates={gates} />
            <Legend />
            <ul className="mt-2 grid grid-cols-[repeat(auto-fill,minmax(440px,1fr))] gap-x-6">
              {gates.map((gate) => (
                <Gate
                  key={gate.category}
                  gate={gate}
                  bar={bar}
                  category={protocol.data?.categories[gate.category - 1]}
                  points={detail.data?.history.filter(({ category }) => category === gate.category) ?? []}
                />
              ))}
            </ul>
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function Summary({ gates }: { gates: readonly GateDecision[] }) {
  const of = (evidence: string) => gates.filter((gate) => gate.evidence === evidence).length;
  const point = gates.filter((gate) => gate.overPoint).length;
  const errors = gates.flatMap(({ goldError }) => (goldError === null ? [] : [goldError]));
  const [first] = gates;
  return (
    <p className="mb-2 text-dim">
      By evidence <b className="font-semibold text-good">{of("graduate")} graduate</b>,{" "}
      <b className="font-semibold text-bad">{of("tail")} are the tail</b>, {of("undecided")} are undecided and stay with
      people; the point rule would let {point} go.
      {first?.attempt != null &&
        ` ${first.labellerId ?? "The labeller"} is the ${ordinal(first.attempt)} held against this evaluation set, at alpha ${(first.alpha ?? 0).toFixed(4)}.`}
      {errors.length > 0 &&
        ` The evaluation set itself is wrong in about ${percent(errors.reduce((sum, one) => sum + one, 0) / errors.length)} of its answers.`}
    </p>
  );
}

interface GateProps {
  gate: GateDecision;
  bar: number;
  category: Category | undefined;
  points: readonly EvidencePoint[];
}

function Gate({ gate, bar, category, points }: GateProps) {
  const low = gate.low ?? gate.lowerBound ?? 0;
  const high = gate.high ?? 1;
  return (
    <li
      className="grid grid-cols-[158px_1fr_46px_38px_78px_46px] items-center gap-2 border-t border-line py-1"
      title={category?.question}
    >
      <span className="truncate">
        <span className="inline-block w-6 text-right text-xs text-faint">{gate.category}</span>{" "}
        {category ? nameOf(category) : ""}
      </span>
      <span
        className="relative h-2.5 rounded-sm bg-sunk"
        title={`between ${percent(low)} and ${percent(high)}, whenever one looks`}
      >
        {gate.n > 0 && (
          <>
            <span
              className={`absolute inset-y-0 rounded-sm opacity-60 ${fillOf(gate)}`}
              style={{ left: `${low * 100}%`, width: `${Math.max(0.5, (high - low) * 100)}%` }}
            />
            <span
              className={`absolute -inset-y-0.5 w-[3px] -translate-x-px rounded-sm ${fillOf(gate)}`}
              style={{ left: `${(gate.accuracy ?? 0) * 100}%` }}
            />
          </>
        )}
        <span className="absolute -inset-y-0.5 w-px bg-ink" style={{ left: `${bar * 100}%` }} />
      </span>
      <EvidenceLine points={points} gate={gate} />
      <span className="text-right">{gate.n > 0 ? percent(gate.accuracy, 0) : "–"}</span>
      <span className="text-right text-xs" title={reasonOf(gate)}>
        <Evidence gate={gate} />
      </span>
      <span className="text-right text-xs text-faint" title={`${gate.correct} of ${gate.n} right`}>
        {gate.verdict === "settled" ? (
          <span className="font-medium text-good">settled</span>
        ) : gate.verdict === "no-evidence" ? (
          "too few"
        ) : (
          "open"
        )}
      </span>
    </li>
  );
}

function Evidence({ gate }: { gate: GateDecision }) {
  if (gate.drifted) return <span className="font-medium text-bad">drifted</span>;
  if (gate.evidence === "graduate") return <span className="text-good">graduate</span>;
  if (gate.evidence === "tail") return <span className="text-bad">tail</span>;
  if (gate.evidence === "undecided" && gate.needed !== null)
    return <span className="text-dim">~{compact(gate.needed)} more</span>;
  return <span className="text-faint">{gate.evidence ?? `n ${gate.n}`}</span>;
}

function reasonOf(gate: GateDecision): string {
  const facts = `${gate.correct} of ${gate.n} right; e-value ${eValue(gate.logAbove)} of ${eValue(gate.logNeeded)} needed to graduate, ${eValue(gate.logBelow)} that it is under the bar`;
  const more =
    gate.evidence === "undecided" && gate.needed !== null
      ? `. About ${gate.needed} more evaluation answers until it decides, if it goes on like this`
      : "";
  const gold = gate.goldError === null ? "" : `. The evaluation set errs in about ${percent(gate.goldError)}`;
  return `${gate.drifted ? "Fresh answers rang the drift alarm: it stays with people. " : ""}${facts}${more}${gold}`;
}

function fillOf({ evidence }: GateDecision): string {
  return evidence === "graduate" ? "bg-good" : evidence === "tail" ? "bg-bad" : "bg-warn";
}

function Legend() {
  return (
    <p className="flex flex-wrap gap-x-5 gap-y-1 text-xs text-dim">
      <span>
        <span className="mr-1 inline-block h-2 w-4 rounded-sm bg-good opacity-60" />
        where the accuracy lies, valid whenever one looks
      </span>
      <span>
        <span className="mr-1 inline-block h-3 w-[3px] rounded-sm bg-good align-middle" />
        accuracy measured
      </span>
      <span>
        <span className="mr-1 inline-block h-3 w-px bg-ink align-middle" />
        the bar
      </span>
      <span>line: e-value by iteration, dashed what it must reach among all questions</span>
      <span>~N more: evaluation answers until it is decided, about</span>
      <span>what may be absent must be right where it is there, too</span>
    </p>
  );
}

const RULES = { evidence: "evidence", bound: "its lower bound", point: "the paper's point rule" } as const;

function policyOf(policy: unknown): { bar: number; rule: keyof typeof RULES } {
  const { bar, rule } = (policy ?? {}) as { bar?: unknown; rule?: unknown };
  return {
    bar: typeof bar === "number" ? bar : 0.85,
    rule: rule === "point" || rule === "bound" ? rule : "evidence",
  };
}

function ordinal(n: number): string {
  const end = n % 100 > 10 && n % 100 < 14 ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th");
  return `${n}${end}`;
}
