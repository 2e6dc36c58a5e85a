import { type Source, sourceApi } from "@anyone/contracts/source";
import { useState } from "react";
import { useAction, useApi } from "../../client.ts";
import { Badge } from "../../components/badge.tsx";
import { Stack } from "../../components/bars.tsx";
import { Button, Input } from "../../components/controls.tsx";
import { Empty, Failure, Loaded } from "../../components/state.tsx";
import { Table } from "../../components/table.tsx";
import { ago, count } from "../../format.ts";

const STATUSES = [
  { name: "kept", tone: "good" },
  { name: "dropped", tone: "warn" },
  { name: "failed", tone: "bad" },
  { name: "fetched", tone: "accent" },
  { name: "listed", tone: undefined },
] as const;

export function SourceTable() {
  const sources = useApi(sourceApi.listSources, undefined, { every: 3_000 });
  const put = useAction(sourceApi.putSource);
  const of = (source: Source, status: string) => source.candidates[status] ?? 0;

  return (
    <Loaded of={sources}>
      <Failure error={put.error} />
      <Table
        label="sources"
        rows={sources.data?.items ?? []}
        rowKey={(source) => source.id}
        empty={
          <Empty title="No source yet">
            Add one above: a folder of photographs, a photo site's API, or a list of URLs. A crawl of it brings the
            first images.
          </Empty>
        }
        columns={[
          { head: "source", cell: (source) => <span className="font-medium">{source.id}</span> },
          { head: "connector", cell: (source) => source.connector },
          {
            head: "state",
            cell: (source) => (
              <span className="flex gap-1">
                <Badge tone={source.enabled ? "good" : "plain"}>{source.enabled ? "enabled" : "disabled"}</Badge>
                {source.automatic && <Badge tone="accent">automatic</Badge>}
                {source.exhaustedAt && <Badge title={`read to its end ${ago(source.exhaustedAt)}`}>exhausted</Badge>}
              </span>
            ),
          },
          {
            head: "candidates",
            width: "20%",
            cell: (source) => (
              <Stack
                parts={STATUSES.map(({ name, tone }) => ({ name, value: of(source, name), ...(tone ? { tone } : {}) }))}
              />
            ),
          },
          ...STATUSES.map(({ name }) => ({
            head: name,
            right: true,
            cell: (source: Source) => count(of(source, name)),
          })),
          {
            head: "",
            right: true,
            cell: (source) => (
              <span className="flex justify-end gap-1.5">
                <StartCrawl source={source} />
                <Button
                  onClick={() =>
                    put.mutate({
                      params: { id: source.id },
                      body: {
                        settings: source.settings as never,
                        enabled: !source.enabled,
                        automatic: source.automatic,
                      },
                    })
                  }
                >
                  {source.enabled ? "Disable" : "Enable"}
                </Button>
              </span>
            ),
          },
        ]}
      />
    </Loaded>
  );
}

function StartCrawl({ source }: { source: Source }) {
  const start = useAction(sourceApi.startCrawl);
  const [limit, setLimit] = useState("200");
  return (
    <form
      className="flex items-center gap-1.5"
      onSubmit={(event) => {
        event.preventDefault();
        start.mutate({ body: { sourceId: source.id, limit: Number(limit) } });
      }}
    >
      {start.error && (
        <span className="max-w-52 truncate text-bad" title={start.error.message}>
          {start.error.message}
        </span>
      )}
      <Input
        aria-label={`accepted images wanted from ${source.id}`}
        title="accepted images wanted: the crawl goes on until so many are in the pool"
        value={limit}
        onChange={(event) => setLimit(event.target.value)}
        inputMode="numeric"
        className="w-16 text-right"
      />
      <Button type="submit" disabled={!source.enabled || start.isPending}>
        Crawl
      </Button>
    </form>
  );
}
