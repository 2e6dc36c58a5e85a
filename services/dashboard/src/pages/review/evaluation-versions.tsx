import { reviewApi } from "@anyone/contracts/review";
import { useApi } from "../../client.ts";
import { Panel } from "../../components/panel.tsx";
import { Empty, Loaded } from "../../components/state.tsx";
import { count, moment, percent } from "../../format.ts";

/** The versions of the evaluation set: how each followed the pool, and what is kept from training for being akin to it. */
export function EvaluationVersions() {
  const sets = useApi(reviewApi.listEvaluationSets, undefined, { every: 10_000 });
  const kept = sets.data?.keptFromTraining ?? 0;
  return (
    <Panel title="Evaluation set" note="each iteration begins with a version that is a uniform draw of the pool">
      <Loaded of={sets}>
        {sets.data?.items.length === 0 ? (
          <Empty title="Not drawn yet">The first iteration draws it.</Empty>
        ) : (
          <>
            <ul>
              {sets.data?.items.map(({ id, version, size, added, departed, inclusion, frozenAt, sha256 }) => (
                <li key={id} title={`sha256 ${sha256}`}>
                  <b className="font-semibold">version {version}</b> {count(size)} images, {count(added)} came,{" "}
                  {count(departed)} left; every image of the pool had a chance of {percent(inclusion, 1)}{" "}
                  <span className="text-dim">frozen {moment(frozenAt)}</span>
                </li>
              ))}
            </ul>
            {kept > 0 && (
              <p className="mt-2 text-warn">
                Nothing is learned from {count(kept)} sampled images: they turned out to be near duplicates of
                evaluation images, or to show the same person.
              </p>
            )}
          </>
        )}
      </Loaded>
    </Panel>
  );
}
