import { filterApi } from "@anyone/contracts/filter";
import { usePages } from "../../client.ts";
import { Badge } from "../../components/badge.tsx";
import { Panel } from "../../components/panel.tsx";
import { AssetTile, Gallery } from "../../components/picture.tsx";
import { Empty, Loaded } from "../../components/state.tsx";
import { More } from "../../components/table.tsx";

/** The assets open to annotation. */
export function PoolList() {
  const assets = usePages(filterApi.listAssets, { limit: 48 }, { every: 5_000 });
  return (
    <Panel title="The pool" note="assets, latest first" flush>
      <Loaded of={assets}>
        {assets.rows.length === 0 ? (
          <Empty title="The pool is empty">What the gates keep stands here.</Empty>
        ) : (
          <Gallery>
            {assets.rows.map((asset) => (
              <AssetTile key={asset.id} id={asset.id}>
                {asset.reservedBy ? (
                  <Badge tone="bad" title={`kept out of training by ${asset.reservedBy}`}>
                    opted out
                  </Badge>
                ) : (
                  `${asset.width} × ${asset.height}`
                )}
              </AssetTile>
            ))}
          </Gallery>
        )}
        <More of={assets} />
      </Loaded>
    </Panel>
  );
}
