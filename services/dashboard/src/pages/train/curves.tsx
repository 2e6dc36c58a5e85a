import { type Run, trainApi } from "@anyone/contracts/train";
import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "../../client.ts";
import { Chart, type Series } from "../../components/chart.tsx";
import { Panel } from "../../components/panel.tsx";
import { Empty } from "../../components/state.tsx";

const TITLES: Record<string, string> = {
  loss: "Noise loss",
  loss_noise: "Noise loss",
  loss_hola: "HOLA loss",
  loss_validation: "Validation loss, fixed noise",
  in_mask_share: "Attention inside the mask (share)",
  share_in_mask: "Attention inside the mask (share)",
};

const COLORS: Record<string, string> = { hola: "series-a", plain: "series-b" };

/** The curves of every run on one version: the arms in their colours, one line per seed, on common axes. */
export function Curves({ version, runs: unsorted }: { version: number; runs: readonly Run[] }) {
  const runs = useMemo(() => unsorted.toSorted(byArm), [unsorted]);
  const metrics = useQueries({
    queries: runs.map((run) => ({
      queryKey: ["train", "metrics", run.id],
      queryFn: () => api.call(trainApi.getMetrics, { params: { id: run.id as never }, query: { points: 400 } }),
      refetchInterval: run.state === "leased" ? 2_500 : (false as const),
    })),
    combine: (results) => results.map((result) => result.data?.curves ?? []),
  });
  const names = useMemo(() => [...new Set(metrics.flat().map((curve) => curve.name))].sort(byWeight), [metrics]);

  return (
    <Panel
      title={`Curves on v${version}`}
      note={`${runs.length} runs: hola in one colour, plain (β = 0) in the other, a line per seed`}
    >
      {names.length === 0 ? (
        <Empty title="No figures yet">They arrive as soon as a worker takes a run.</Empty>
      ) : (
        <div className="grid gap-5 lg:grid-cols-2">
          {names.map((name) => (
            <figure key={name} className="min-w-0">
              <figcaption className="mb-1 font-medium">{TITLES[name] ?? name.replaceAll("_", " ")}</figcaption>
              <Chart series={seriesOf(name, runs, metrics)} />
            </figure>
          ))}
        </div>
      )}
    </Panel>
  );
}

function seriesOf(
  name: string,
  runs: readonly Run[],
  metrics: readonly (readonly { name: string; steps: number[]; values: number[] }[])[],
): Series[] {
  return runs.flatMap((run, place) => {
    const curve = metrics[place]?.find((one) => one.name === name);
    if (!curve) return [];
    const label = `${run.arm ?? run.kind} ${run.seed}`;
    return [{ name: label, color: COLORS[run.arm ?? ""] ?? "series-c", steps: curve.steps, values: curve.values }];
  });
}

/** The losses and the mask's share first, what a machine has to say about itself last. */
function byWeight(a: string, b: string): number {
  const weight = (name: string) => (/loss/.test(name) ? 0 : /mask|share/.test(name) ? 1 : 2);
  return weight(a) - weight(b) || a.localeCompare(b);
}

function byArm(a: Run, b: Run): number {
  return (a.arm ?? "").localeCompare(b.arm ?? "") || a.seed - b.seed;
}
