import { annotateApi } from "@anyone/contracts/annotate";
import { filterApi } from "@anyone/contracts/filter";
import { useApi, usePages } from "../../client.ts";
import { Badge, Tier } from "../../components/badge.tsx";
import { Page, Panel } from "../../components/panel.tsx";
import { AssetTile, Gallery } from "../../components/picture.tsx";
import { Empty, Loaded } from "../../components/state.tsx";
import { More, Table } from "../../components/table.tsx";
import { ago, count, moment, short } from "../../format.ts";
import { Distribution } from "./distribution.tsx";

export function AnnotatePage() {
  const labellers = useApi(annotateApi.listLabellers, undefined, { every: 4_000 });
  const protocols = useApi(annotateApi.listProtocols);
  const assets = usePages(filterApi.listAssets, { limit: 24 }, { every: 8_000 });

  return (
    <Page
      title="Annotate"
      lead="The labeller answers the protocol's questions about every asset; closed answers are always legal, children are asked only after a parent's yes."
    >
      <Panel title="Labellers" note="latest first" flush>
        <Loaded of={labellers}>
          <Table
            label="labellers"
            rows={labellers.data?.items ?? []}
            rowKey={(labeller) => labeller.id}
            empty={<Empty title="No labeller yet">The untrained one registers itself when the annotator starts.</Empty>}
            columns={[
              {
                head: "labeller",
                cell: (labeller) => (
                  <>
                    <span className="font-medium">{labeller.id}</span>{" "}
                    {labeller.current && <Badge tone="good">answers now</Badge>}
                  </>
                ),
              },
              { head: "model", cell: (labeller) => labeller.model },
              { head: "tier", cell: (labeller) => <Tier of={labeller.tier} /> },
              { head: "iteration", right: true, cell: (labeller) => labeller.iteration ?? "–" },
              { head: "learned from", right: true, cell: (labeller) => `${count(labeller.trainedOn)} human answers` },
              { head: "present answers of", right: true, cell: (labeller) => `${count(labeller.assets)} assets` },
              {
                head: "sha256",
                cell: (labeller) => <code title={labeller.sha256 ?? ""}>{short(labeller.sha256)}</code>,
              },
              {
                head: "made",
                right: true,
                cell: (labeller) => <span title={moment(labeller.createdAt)}>{ago(labeller.createdAt)}</span>,
              },
            ]}
          />
        </Loaded>
      </Panel>
      <Distribution />
      <Panel title="Label protocols" flush>
        <Table
          label="protocols"
          rows={protocols.data?.items ?? []}
          rowKey={(protocol) => protocol.id}
          empty={<Empty title="No label protocol was loaded yet" />}
          columns={[
            { head: "protocol", cell: (protocol) => protocol.id },
            { head: "sha256", cell: (protocol) => <code>{short(protocol.sha256, 20)}</code> },
            { head: "loaded", right: true, cell: (protocol) => moment(protocol.createdAt) },
          ]}
        />
      </Panel>
      <Panel title="Assets" note="open one to see its answers" flush>
        <Loaded of={assets}>
          {assets.rows.length === 0 ? (
            <Empty title="The pool is empty">Nothing to answer until the filter keeps something.</Empty>
          ) : (
            <Gallery>
              {assets.rows.map((asset) => (
                <AssetTile key={asset.id} id={asset.id} />
              ))}
            </Gallery>
          )}
          <More of={assets} />
        </Loaded>
      </Panel>
    </Page>
  );
}
