import { peopleApi, type Savings } from "@anyone/contracts/people";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useApi } from "../../client.ts";
import { Panel } from "../../components/panel.tsx";
import { Loaded } from "../../components/state.tsx";
import { count, figure, percent } from "../../format.ts";

/** What people's answers cost against labelling everything by hand, and how right the labeller is for it. */
export function SavingsPanel() {
  const savings = useApi(peopleApi.savings, undefined, { every: 10_000 });
  return (
    <Panel
      title="Savings meter"
      note="one unit is one answer of a person; everything people did is counted; ranges are 95 %"
      actions={
        <Link to="/annotators" className="text-accent hover:underline">
          Annotators
        </Link>
      }
    >
      <Loaded of={savings}>{savings.data && <Meter savings={savings.data} />}</Loaded>
    </Panel>
  );
}

function Meter({ savings }: { savings: Savings }) {
  const { spent, baseline, share, hours, money, accuracy, onePercentAt } = savings;
  const purposes = spent.byPurpose.map(({ purpose, answers }) => `${purpose} ${count(answers)}`).join(", ");
  return (
    <dl className="grid grid-cols-[repeat(auto-fill,minmax(210px,1fr))] gap-x-6 gap-y-3">
      <Item name="people answered" value={count(spent.answers)}>
        {purposes || "nobody was asked yet"}
        {spent.imported > 0 && `; ${count(spent.imported)} imported, at no cost here`}
        {spent.lost > 0 && `; ${count(spent.lost)} lost to annotators in quarantine`}
      </Item>
      <Item name="all by hand" value={baseline ? count(Math.round(baseline.value)) : "–"}>
        {count(savings.pool)} images × {figure(savings.applicablePerAsset?.value)} questions × {savings.overlap} people
      </Item>
      <Item name="share" value={percent(share?.value, 2)}>
        {share && `${percent(share.low, 2)} to ${percent(share.high, 2)}; `}
        {percent(savings.shareOfAll, 2)} of all questions asked once
      </Item>
      <Item name="hours saved" value={figure(hours?.saved.value)}>
        {hours
          ? `${figure(hours.saved.low)} to ${figure(hours.saved.high)}; spent ${figure(hours.spent.value)}`
          : "no times yet"}
      </Item>
      <Item name="money saved" value={money ? `${figure(money.saved.value)} ${money.currency}` : "–"}>
        {money
          ? `${figure(money.saved.low)} to ${figure(money.saved.high)}, at ${money.perHour} an hour`
          : "no times yet"}
      </Item>
      <Item name="labeller's accuracy" value={percent(accuracy?.value)}>
        {accuracy
          ? `${percent(accuracy.low)} to ${percent(accuracy.high)} on ${count(accuracy.n)} answers`
          : "no iteration is scored yet"}
      </Item>
      <Item name="1 % is reached at" value={onePercentAt ? `${count(onePercentAt.value)} images` : "–"}>
        {onePercentAt && `${count(onePercentAt.low)} to ${count(onePercentAt.high)}, with the answers given so far`}
      </Item>
    </dl>
  );
}

function Item({ name, value, children }: { name: string; value: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-faint">{name}</dt>
      <dd>
        <span className="text-lg">{value}</span>
        <span className="block text-xs text-dim">{children}</span>
      </dd>
    </div>
  );
}
