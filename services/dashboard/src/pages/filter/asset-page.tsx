import { annotateApi } from "@anyone/contracts/annotate";
import { type Asset, filterApi } from "@anyone/contracts/filter";
import { useParams } from "@tanstack/react-router";
import { useApi } from "../../client.ts";
import { Badge, Tier } from "../../components/badge.tsx";
import { Page, Panel } from "../../components/panel.tsx";
import { Loaded } from "../../components/state.tsx";
import { figure, moment, short } from "../../format.ts";
import { AssetAnswersTable } from "./asset-answers.tsx";
import { AssetPicture } from "./asset-picture.tsx";
import { LineageChain } from "./lineage-chain.tsx";

/** One image: what was measured, what was answered, where it came from and what it went into. */
export function AssetPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const params = { id: id as never };
  const asset = useApi(filterApi.getAsset, { params });
  const answers = useApi(annotateApi.getAnswers, { params }, { every: 5_000 });
  const lineage = useApi(filterApi.getLineage, { params }, { every: 5_000 });

  return (
    <Page title={`Asset ${short(id, 12)}`} lead="One image of the pool, with everything the platform knows about it.">
      <Loaded of={lineage}>{lineage.data && <LineageChain lineage={lineage.data} />}</Loaded>
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(300px,420px)_minmax(0,1fr)]">
        <Loaded of={asset}>
          {asset.data && (
            <div className="flex flex-col gap-4">
              <AssetPicture asset={asset.data} />
              <Panel title="Measured">
                <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
                  <Row name="size">
                    {asset.data.width} × {asset.data.height} px
                  </Row>
                  <Row name="BRISQUE">{figure(asset.data.brisque)}</Row>
                  <Row name="near-duplicate group">
                    {asset.data.groupId === id ? (
                      "its own"
                    ) : (
                      <a href={`/assets/${asset.data.groupId}`}>{short(asset.data.groupId)}</a>
                    )}
                  </Row>
                  <Row name="admitted">{moment(asset.data.admittedAt)}</Row>
                  <Row name="in the pool">
                    <InPool asset={asset.data} />
                  </Row>
                  {modelsOf(asset.data.models).map((model) => (
                    <Row key={`${model.slot}${model.model}`} name={model.slot}>
                      {model.model} {model.version} <Tier of={model.tier} />
                    </Row>
                  ))}
                </dl>
              </Panel>
            </div>
          )}
        </Loaded>
        <Loaded of={answers}>{answers.data && <AssetAnswersTable answers={answers.data} />}</Loaded>
      </div>
    </Page>
  );
}

/** Each of the two that keep an asset out of the pool, with what it says. */
function InPool({ asset: { withdrawnAt, withdrawnReason, leftAt, leftBecause } }: { asset: Asset }) {
  if (withdrawnAt === null && leftAt === null) return "yes";
  return (
    <span className="flex flex-wrap gap-1.5">
      {withdrawnAt !== null && (
        <Badge tone="warn" title={`since ${moment(withdrawnAt)}, when it was judged again`}>
          no: {withdrawnReason}
        </Badge>
      )}
      {leftAt !== null && (
        <Badge tone="bad" title={`since ${moment(leftAt)}, by what is said where it came from`}>
          no: {leftBecause}
        </Badge>
      )}
    </span>
  );
}

function Row({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt className="text-faint">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}

interface Model {
  slot: string;
  model: string;
  version: string;
  tier: string;
}

function modelsOf(models: unknown): Model[] {
  return Array.isArray(models) ? (models as Model[]) : [];
}
