import { filterApi, type GateCount } from "@anyone/contracts/filter";
import { DROP_REASONS, GATE_NAMES } from "@anyone/domain/filter/verdict";
import type { Command } from "commander";
import { makeOutput, table } from "../output.ts";
import { connect } from "../session.ts";

/** `filter report`: what the gates say. */
export function addFilter(program: Command): void {
  const filter = program.command("filter").description("see what the filter lets in, and why not the rest");
  filter
    .command("report")
    .description("what each gate says of each source's candidates by itself")
    .addHelpText(
      "after",
      `
A candidate is dropped for the first gate that it fails. This counts each gate's own verdict instead, so a candidate may stand under several
reasons, and no count depends on the order of the gates. What the header drops is not decoded, so the later gates have not seen it ("unmeasured").
A gate whose slot has no model is "unavailable" and judges nothing; one without a threshold is off.`,
    )
    .action(async () => {
      const output = makeOutput(program.opts<{ json?: boolean }>().json ?? false);
      const { items } = await connect().client.call(filterApi.getFilterReport);
      output.result(items, () => (items.length === 0 ? "The filter has judged nothing yet." : reportTable(items)));
    });
}

/** One row per source, version of the thresholds and gate, in the gates' order. */
export function reportTable(items: readonly GateCount[]): string {
  const groups = Object.groupBy(items, ({ sourceId, gates, gate }) => JSON.stringify([sourceId, gates, gate]));
  const order = (gate: string) => (GATE_NAMES as readonly string[]).indexOf(gate);
  const rows = Object.values(groups)
    .flatMap((group = []) => (group[0] ? { ...group[0], group } : []))
    .toSorted(
      (a, b) => a.sourceId.localeCompare(b.sourceId) || a.gates.localeCompare(b.gates) || order(a.gate) - order(b.gate),
    );
  return table([
    ["source", "thresholds", "gate", "passes", "drops", "of judged", "why", "not judged"],
    ...rows.map(({ sourceId, gates, gate, group }) => {
      const drops = group.filter(({ says }) => isReason(says));
      const others = group.filter(({ says }) => !isReason(says) && says !== "passes");
      const passed = sum(group.filter(({ says }) => says === "passes"));
      const dropped = sum(drops);
      const judged = passed + dropped;
      const share = judged === 0 ? "–" : `${((dropped / judged) * 100).toFixed(1)} %`;
      return [sourceId, gates, gate, passed, dropped, share, named(drops), named(others)];
    }),
  ]);
}

function isReason(says: string): boolean {
  return (DROP_REASONS as readonly string[]).includes(says);
}

function sum(counts: readonly GateCount[]): number {
  return counts.reduce((total, { count }) => total + count, 0);
}

function named(counts: readonly GateCount[]): string {
  return counts.map(({ says, count }) => `${count} ${says}`).join(", ");
}
