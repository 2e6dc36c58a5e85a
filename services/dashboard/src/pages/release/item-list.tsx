import { releaseApi } from "@anyone/contracts/release";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../client.ts";
import { Choice } from "../../components/controls.tsx";
import { Panel } from "../../components/panel.tsx";
import { AssetTile, Gallery } from "../../components/picture.tsx";
import { Empty, Loaded } from "../../components/state.tsx";
import { More } from "../../components/table.tsx";

const SPLITS = ["all", "train", "validation", "test"] as const;
type Split = (typeof SPLITS)[number];

/** The items of a version, by split. */
export function ItemList({ version, name }: { version: number; name: string }) {
  const [split, setSplit] = useState<Split>("all");
  const items = useInfiniteQuery({
    queryKey: ["release", "items", version, split],
    queryFn: ({ pageParam }) =>
      api.call(releaseApi.listItems, {
        params: { number: version },
        query: { limit: 36, ...(pageParam ? { cursor: pageParam } : {}), ...(split === "all" ? {} : { split }) },
      }),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
  const rows = items.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Panel
      title={`Items of ${name}`}
      flush
      actions={
        <Choice name="split" value={split} of={SPLITS.map((value) => ({ value, label: value }))} onChange={setSplit} />
      }
    >
      <Loaded of={items}>
        {rows.length === 0 ? (
          <Empty title="No items here" />
        ) : (
          <Gallery>
            {rows.map((item) => (
              <AssetTile key={item.assetId} id={item.assetId}>
                <span title={captionOf(item.record)}>
                  {item.split} · {item.shard}
                </span>
              </AssetTile>
            ))}
          </Gallery>
        )}
        <More of={items} />
      </Loaded>
    </Panel>
  );
}

function captionOf(record: unknown): string {
  const caption = (record as { caption?: unknown } | null)?.caption;
  return typeof caption === "string" ? caption : JSON.stringify(record).slice(0, 300);
}
