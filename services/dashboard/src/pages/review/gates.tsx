import { type GateDecision, reviewApi } from "@anyone/contracts/review";
import type { Category } from "@anyone/domain/annotate/protocol";
import { useApi } from "../../client.ts";
import { Panel } from "../../components/panel.tsx";
import { nameOf, useProtocol } from "../../components/protocol.ts";
import { Empty, Loaded } from "../../components/state.tsx";
import { percent } from "../../format.ts";

/** Both gates for every question: the accuracy measured, the bound it surely exceeds, and what each rule decides. */
export function Gates({ iteration }: { iteration: number }) {
  const detail = useApi(reviewApi.getIteration, { params: { number: iteration } }, { every: 4_000 });
  const protocol = useProtocol(detail.data?.protocolId);
  const gates = detail.data?.gates ?? [];
  const bar = barOf(detail.data?.policy);
  const over = gates.filter((gate) => gate.overPoint).length;
  const sure = gates.filter((gate) => gate.overBound).length;

  return (
    <Panel
      title={`Gates of iteration ${iteration}`}
      note={
        gates.length > 0
          ? `bar ${percent(bar, 0)}: ${over} questions over it by the point rule, ${sure} by the lower bound`
          : undefined
      }
    >
      <Loaded of={detail}>
        {gates.length === 0 ? (
          <Empty title="Nothing decided yet">
            The gates are read when people have answered this iteration's pages and the labeller has learned from them.
          </Empty>
        ) : (
          <>
            <Legend />
            <ul className="mt-2 grid grid-cols-[repeat(auto-fill,minmax(330px,1fr))] gap-x-6">
              {gates.map((gate) => (
                <Gate
                  key={gate.category}
                  gate={gate}
                  bar={bar}
                  category={protocol.data?.categories[gate.category - 1]}
                />
              ))}
            </ul>
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function Gate(props: { gate: GateDecision; bar: number; category: Category | undefined }) {
  const { gate, bar, category } = props;
  const accuracy = gate.accuracy ?? 0;
  const bound = gate.lowerBound ?? 0;
  return (
    <li
      className="grid grid-cols-[158px_1fr_42px_50px] items-center gap-2 border-t border-line py-1"
      title={category?.question}
    >
      <span className="truncate">
        <span className="inline-block w-6 text-right text-xs text-faint">{gate.category}</span>{" "}
        {category ? nameOf(category) : ""}
      </span>
      <span className="relative h-2.5 rounded-sm bg-sunk">
        <span
          className={`absolute inset-y-0 left-0 rounded-sm opacity-35 ${gate.overPoint ? "bg-good" : "bg-warn"}`}
          style={{ width: `${accuracy * 100}%` }}
        />
        <span
          className={`absolute inset-y-0 left-0 rounded-sm opacity-90 ${gate.overBound ? "bg-good" : "bg-warn"}`}
          style={{ width: `${bound * 100}%` }}
        />
        <span className="absolute -inset-y-0.5 w-px bg-ink" style={{ left: `${bar * 100}%` }} />
      </span>
      <span className="text-right">{gate.n > 0 ? percent(gate.accuracy, 0) : "–"}</span>
      <span className="text-right text-xs text-faint" title={`${gate.correct} of ${gate.n} right`}>
        {gate.verdict === "settled" ? (
          <span className="font-medium text-good">settled</span>
        ) : gate.verdict === "no-evidence" ? (
          "too few"
        ) : (
          `n ${gate.n}`
        )}
      </span>
    </li>
  );
}

function Legend() {
  return (
    <p className="flex flex-wrap gap-x-5 gap-y-1 text-xs text-dim">
      <span>
        <span className="mr-1 inline-block h-2 w-4 rounded-sm bg-good opacity-90" />
        lower bound, valid at any time
      </span>
      <span>
        <span className="mr-1 inline-block h-2 w-4 rounded-sm bg-good opacity-35" />
        accuracy measured
      </span>
      <span>green: over the bar by that rule</span>
      <span>
        <span className="mr-1 inline-block h-3 w-px bg-ink align-middle" />
        the bar
      </span>
      <span>what may be absent settles only when it is right where it is there, too</span>
    </p>
  );
}

function barOf(policy: unknown): number {
  const bar = (policy as { bar?: unknown } | null)?.bar;
  return typeof bar === "number" ? bar : 0.85;
}
