import { pathOf } from "@anyone/contracts/client";
import { releaseApi, type Version } from "@anyone/contracts/release";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useAction, useApi } from "../../client.ts";
import { State } from "../../components/badge.tsx";
import { Button } from "../../components/controls.tsx";
import { Page, Panel } from "../../components/panel.tsx";
import { Empty, Failure, Loaded } from "../../components/state.tsx";
import { Table } from "../../components/table.tsx";
import { bytes, count, moment, short } from "../../format.ts";
import { Difference } from "./difference.tsx";
import { ItemList } from "./item-list.tsx";

export function ReleasePage() {
  const versions = useApi(releaseApi.listVersions, undefined, { every: 3_000 });
  const cut = useAction(releaseApi.cutVersion);
  const search = useSearch({ strict: false }) as { version?: number };
  const navigate = useNavigate();
  const rows = versions.data?.items ?? [];
  const chosen = rows.find((version) => version.number === search.version) ?? rows[0];

  return (
    <Page
      title="Release"
      lead="A dataset version freezes ids, answers, captions, masks and splits. Cut again from the same answers, it has the same bytes."
      actions={
        <Button look="strong" onClick={() => cut.mutate({ body: {} })} disabled={cut.isPending}>
          Cut a version
        </Button>
      }
    >
      <Failure error={cut.error} />
      <Panel title="Versions" note="latest first; choose one" flush>
        <Loaded of={versions}>
          <Table
            label="versions"
            rows={rows}
            rowKey={(version) => version.number}
            selected={chosen?.number}
            onRow={(version) => navigate({ to: ".", search: { version: version.number } as never, replace: true })}
            empty={
              <Empty title="No version yet">
                One is cut when the last iteration closes, or by hand as soon as assets have answers.
              </Empty>
            }
            columns={[
              { head: "version", cell: (version) => <span className="font-semibold">{version.name}</span> },
              { head: "state", cell: (version) => <State of={version.state} /> },
              { head: "items", right: true, cell: (version) => count(version.items) },
              { head: "train / validation / test", right: true, cell: (version) => splitsOf(version) },
              {
                head: "shards",
                right: true,
                cell: (version) =>
                  `${version.shards.filter((one) => one.state === "written").length} of ${version.shards.length}`,
              },
              {
                head: "size",
                right: true,
                cell: (version) => bytes(version.shards.reduce((sum, one) => sum + (one.bytes ?? 0), 0)),
              },
              { head: "labeller", cell: (version) => version.labellerId ?? "–" },
              {
                head: "hash of the manifest",
                cell: (version) => (
                  <code title={version.manifestSha256 ?? ""}>{short(version.manifestSha256, 16)}</code>
                ),
              },
              { head: "released", right: true, cell: (version) => moment(version.releasedAt) },
              {
                head: "",
                right: true,
                cell: (version) =>
                  version.manifestSha256 && (
                    <a
                      href={pathOf(releaseApi.getManifest, { params: { number: version.number } })}
                      download
                      onClick={(event) => event.stopPropagation()}
                    >
                      manifest
                    </a>
                  ),
              },
            ]}
          />
        </Loaded>
      </Panel>
      {chosen && rows.length > 1 && <Difference versions={rows} to={chosen.number} />}
      {chosen && <Shards version={chosen} />}
      {chosen && <ItemList version={chosen.number} name={chosen.name} />}
    </Page>
  );
}

function Shards({ version }: { version: Version }) {
  if (version.shards.length === 0) return null;
  return (
    <Panel title={`Shards of ${version.name}`} flush>
      <Table
        label="shards"
        rows={version.shards}
        rowKey={(shard) => shard.number}
        columns={[
          { head: "#", right: true, width: "48px", cell: (shard) => shard.number },
          { head: "split", cell: (shard) => shard.split },
          { head: "state", cell: (shard) => <State of={shard.state} /> },
          { head: "items", right: true, cell: (shard) => count(shard.count) },
          { head: "size", right: true, cell: (shard) => bytes(shard.bytes) },
          { head: "sha256", cell: (shard) => <code title={shard.sha256 ?? ""}>{short(shard.sha256, 24)}</code> },
          {
            head: "",
            right: true,
            cell: (shard) =>
              shard.state === "written" && (
                <a
                  href={pathOf(releaseApi.getShard, { params: { number: version.number, shard: shard.number } })}
                  download
                >
                  download
                </a>
              ),
          },
        ]}
      />
    </Panel>
  );
}

function splitsOf(version: Version): string {
  const of = (split: string) =>
    version.shards.filter((shard) => shard.split === split).reduce((sum, shard) => sum + shard.count, 0);
  return `${count(of("train"))} / ${count(of("validation"))} / ${count(of("test"))}`;
}
