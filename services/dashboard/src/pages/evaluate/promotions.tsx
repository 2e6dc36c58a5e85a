import { evaluateApi } from "@anyone/contracts/evaluate";
import { useApi } from "../../client.ts";
import { Badge } from "../../components/badge.tsx";
import { Panel } from "../../components/panel.tsx";
import { Empty, Loaded } from "../../components/state.tsx";
import { Table } from "../../components/table.tsx";
import { moment, short } from "../../format.ts";

export function Promotions() {
  const promotions = useApi(evaluateApi.listPromotions, undefined, { every: 5_000 });
  return (
    <Panel title="Promotions" note="who answers or generates from now on, and who does not" flush>
      <Loaded of={promotions}>
        <Table
          label="promotions"
          rows={promotions.data?.items ?? []}
          rowKey={(promotion) => promotion.id}
          empty={<Empty title="Nothing was decided yet" />}
          columns={[
            { head: "slot", cell: (promotion) => promotion.slot },
            {
              head: "subject",
              cell: (promotion) => <span title={promotion.subject}>{short(promotion.subject, 36)}</span>,
            },
            {
              head: "decision",
              cell: (promotion) => (
                <Badge tone={promotion.promoted ? "good" : "warn"}>
                  {promotion.promoted ? "promoted" : "not promoted"}
                </Badge>
              ),
            },
            { head: "why", wrap: true, cell: (promotion) => promotion.reason },
            { head: "rule", cell: (promotion) => <code className="text-xs">{promotion.rule}</code> },
            { head: "decided", right: true, cell: (promotion) => moment(promotion.decidedAt) },
          ]}
        />
      </Loaded>
    </Panel>
  );
}
