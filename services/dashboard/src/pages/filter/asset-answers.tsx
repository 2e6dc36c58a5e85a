import type { AssetAnswers } from "@anyone/contracts/annotate";
import type { Category, Protocol } from "@anyone/domain/annotate/protocol";
import { Badge, Tier } from "../../components/badge.tsx";
import { Panel } from "../../components/panel.tsx";
import { nameOf, said, useProtocol } from "../../components/protocol.ts";
import { Empty, Loaded } from "../../components/state.tsx";
import { moment, percent } from "../../format.ts";

type One = AssetAnswers["answers"][number];

/** The settled answers by group, each with who gave it and how sure; beside it what people said. */
export function AssetAnswersTable({ answers }: { answers: AssetAnswers }) {
  const protocol = useProtocol(answers.protocolId ?? "current");
  const asked = answers.answers.filter(({ giver, value }) => giver !== "nobody" && value !== -1);
  if (answers.answers.length + answers.human.length + answers.flags.length === 0) {
    return (
      <Panel title="Answers">
        <Empty title="Not answered yet">The labeller answers every asset of the pool as it arrives.</Empty>
      </Panel>
    );
  }
  return (
    <Panel
      title="Answers"
      note={`${asked.length} of ${answers.answers.length} questions apply`}
      actions={
        answers.labeller && (
          <span className="text-dim">
            {answers.labeller.id} <Tier of={answers.labeller.tier} /> {moment(answers.answeredAt)}
          </span>
        )
      }
    >
      {answers.plain && <p className="mb-3 text-dim">{answers.plain}</p>}
      <Loaded of={protocol}>
        {protocol.data && (
          <div className="columns-1 gap-x-6 xl:columns-2">
            {protocol.data.groups.map((group) => (
              <Group
                key={group.id}
                name={group.name}
                answers={answers}
                categories={categoriesOf(protocol.data, group.id)}
              />
            ))}
          </div>
        )}
      </Loaded>
    </Panel>
  );
}

function Group({
  name,
  categories,
  answers,
}: {
  name: string;
  categories: readonly Category[];
  answers: AssetAnswers;
}) {
  const lines = categories.flatMap((category) => {
    const settled = answers.answers.find((answer) => answer.category === category.n);
    const human = answers.human.filter((answer) => answer.category === category.n);
    const flags = answers.flags.filter((flag) => flag.category === category.n);
    const shown = (settled && settled.giver !== "nobody" && settled.value !== -1) || human.length + flags.length > 0;
    return shown ? [{ category, settled, human, flags }] : [];
  });
  if (lines.length === 0) return null;
  return (
    <section className="mb-3 break-inside-avoid">
      <h3 className="mb-1 text-xs font-semibold text-faint">{name.replaceAll("_", " ")}</h3>
      {lines.map(({ category, settled, human, flags }) => (
        <div
          key={category.n}
          className="grid grid-cols-[92px_minmax(0,1fr)_84px] items-baseline gap-2 border-t border-line py-1"
        >
          <span className="truncate text-dim" title={category.question}>
            {nameOf(category).split(" · ")[1]}
          </span>
          <span>
            {settled && settled.value !== -1 && (
              <span className="font-medium">{said(category, settled.value, human.at(-1)?.text)}</span>
            )}
            {human.map((answer) => (
              <span
                key={`${answer.reviewer}${answer.createdAt}`}
                className="block text-xs text-dim"
                title={`iteration ${answer.iteration}, ${answer.purpose}`}
              >
                {answer.reviewer}: {said(category, answer.value, answer.text)}
              </span>
            ))}
            {flags.map((flag) => (
              <span
                key={`${flag.reviewer}${flag.createdAt}`}
                className="block text-xs text-warn"
                title={moment(flag.createdAt)}
              >
                flagged by {flag.reviewer}: {flag.note}
              </span>
            ))}
          </span>
          <Sure of={settled} />
        </div>
      ))}
    </section>
  );
}

function Sure({ of: answer }: { of: One | undefined }) {
  if (!answer || answer.giver === "nobody") return null;
  if (answer.giver === "person") {
    return (
      <span className="text-right">
        <Badge tone="good">person</Badge>
      </span>
    );
  }
  return (
    <span className="flex items-center gap-1.5" title="the model's confidence">
      <span className="h-1.5 flex-1 rounded-sm bg-sunk">
        <span
          className="block h-full rounded-sm bg-accent opacity-70"
          style={{ width: `${answer.confidence * 100}%` }}
        />
      </span>
      <span className="w-9 text-right text-xs text-dim">{percent(answer.confidence, 0)}</span>
    </span>
  );
}

function categoriesOf(protocol: Protocol, group: string): Category[] {
  return protocol.categories.filter((category) => category.group === group);
}
