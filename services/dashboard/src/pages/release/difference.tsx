import { releaseApi, type Version } from "@anyone/contracts/release";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useApi } from "../../client.ts";
import { Select } from "../../components/controls.tsx";
import { Panel } from "../../components/panel.tsx";
import { Loaded } from "../../components/state.tsx";
import { count, short } from "../../format.ts";

/** What changed from another version to this one. */
export function Difference({ versions, to }: { versions: readonly Version[]; to: number }) {
  const others = versions.filter((version) => version.number !== to);
  const before = others.find((version) => version.number < to) ?? others[0];
  const [chosen, setChosen] = useState<number | undefined>();
  const from = others.some((version) => version.number === chosen) ? chosen : before?.number;
  const difference = useApi(
    releaseApi.diffVersions,
    { params: { number: to, other: from ?? to } },
    { enabled: from !== undefined },
  );
  const figures = [
    { name: "added", value: difference.data?.added, ids: difference.data?.examples.added, tone: "text-good" },
    { name: "removed", value: difference.data?.removed, ids: difference.data?.examples.removed, tone: "text-bad" },
    {
      name: "answers or caption changed",
      value: difference.data?.changed,
      ids: difference.data?.examples.changed,
      tone: "text-warn",
    },
    { name: "moved to another split", value: difference.data?.moved, ids: undefined, tone: "" },
    { name: "unchanged", value: difference.data?.unchanged, ids: undefined, tone: "text-dim" },
  ];
  return (
    <Panel
      title={`What v${to} changed`}
      actions={
        <span className="flex items-center gap-2 text-dim">
          against
          <Select aria-label="against" value={from} onChange={(event) => setChosen(Number(event.target.value))}>
            {others.map((version) => (
              <option key={version.number} value={version.number}>
                {version.name}
              </option>
            ))}
          </Select>
        </span>
      }
    >
      <Loaded of={difference}>
        <dl className="grid grid-cols-2 gap-4 md:grid-cols-5">
          {figures.map((figure) => (
            <div key={figure.name}>
              <dt className="text-xs text-faint">{figure.name}</dt>
              <dd className={`text-lg font-semibold ${figure.tone}`}>{count(figure.value ?? 0)}</dd>
              <dd className="flex flex-wrap gap-x-2 text-xs">
                {figure.ids?.slice(0, 6).map((id) => (
                  <Link key={id} to="/assets/$id" params={{ id }} className="text-accent">
                    {short(id, 6)}
                  </Link>
                ))}
              </dd>
            </div>
          ))}
        </dl>
      </Loaded>
    </Panel>
  );
}
