import { type Annotator, type Estimate, peopleApi, type Savings } from "@anyone/contracts/people";
import type { Command } from "commander";
import { wholeNumber } from "../numbers.ts";
import { type Output, table } from "../output.ts";
import { connect } from "../session.ts";

/** `label stats`, `label annotators`, `label honeypots`, `label quarantine` and `label restore`: what people's work costs, how good it is, and whose stands. */
export function addLabelPeople(label: Command, output: () => Output): void {
  label
    .command("stats")
    .description("print the savings meter: what people's answers cost against labelling everything by hand")
    .addHelpText(
      "after",
      `
One unit is one answer of a person to one question about one image. Everything people did is counted: evaluation,
tie-breaks, samples, honeypots, and what was lost to annotators in quarantine; imported answers are told beside it.
Ranges are 95 %. The hourly wage is the
setting review.wage.`,
    )
    .action(async () => {
      const savings = await connect().client.call(peopleApi.savings);
      output().result(savings, () => meter(savings));
    });

  label
    .command("annotators")
    .description("list who answered: speed, agreement, skill, accuracy on known answers; or one of them")
    .argument("[name]", "name of one annotator")
    .action(async (name: string | undefined) => {
      const { client } = connect();
      if (name === undefined) {
        const { items } = await client.call(peopleApi.listAnnotators);
        output().result(items, () => (items.length === 0 ? "Nobody has answered yet." : annotators(items)));
        return;
      }
      const one = await client.call(peopleApi.getAnnotator, { params: { name } });
      output().result(one, () => {
        const days = [
          ["day", "answers", "minutes"],
          ...one.days.map((day) => [day.day, day.answers, minutes(day.seconds)]),
        ];
        const history = one.history.map(
          ({ state, by, at, reason }) => `${at.slice(0, 16)} ${state} by ${by}: ${reason}`,
        );
        return [annotators([one]), "", table(days), ...(history.length > 0 ? ["", ...history] : [])].join("\n");
      });
    });

  label
    .command("honeypots")
    .description("pages with known answers, put among the others to test who answers them")
    .command("add")
    .description("add some to the open iteration")
    .requiredOption("--count <pages>", "how many", wholeNumber(1, 10_000))
    .action(async ({ count }: { count: number }) => {
      const added = await connect().client.call(peopleApi.addHoneypots, { body: { count } });
      output().result(
        added,
        () =>
          `${added.added} pages about ${added.assets} images are among those of iteration ${added.iteration}. anyone label annotators shows how people do.`,
      );
    });

  label
    .command("quarantine")
    .description("take an annotator's answers out of force, and put the same pages before others")
    .argument("<name>", "name of the annotator, from anyone label annotators")
    .requiredOption("--reason <text>", "why; it is recorded with your name")
    .action(async (name: string, { reason }: { reason: string }) => {
      const changed = await connect().client.call(peopleApi.quarantine, { params: { name }, body: { reason } });
      output().result(
        changed,
        () =>
          `${name} is in quarantine: ${changed.answers} answers no longer stand, ${changed.pages} pages wait for others.`,
      );
    });

  label
    .command("restore")
    .description("end a quarantine: the annotator's answers stand again")
    .argument("<name>", "name of the annotator")
    .requiredOption("--reason <text>", "why; it is recorded with your name")
    .action(async (name: string, { reason }: { reason: string }) => {
      const changed = await connect().client.call(peopleApi.restore, { params: { name }, body: { reason } });
      output().result(
        changed,
        () =>
          `${name} is at work again: ${changed.answers} answers stand, ${changed.pages} pages were taken back from others.`,
      );
    });
}

interface Ranged {
  value: number;
  low: number;
  high: number;
}

function meter(savings: Savings): string {
  const { spent, hours, money, share, accuracy, onePercentAt } = savings;
  const line = (name: string, value: string) => `${name.padEnd(24)}${value}`;
  const purposes = spent.byPurpose.map(({ purpose, answers }) => `${purpose} ${whole(answers)}`).join(", ");
  return [
    line("pool", `${whole(savings.pool)} images`),
    line(
      "labelling all by hand",
      `${span(savings.baseline, whole)} answers (${span(savings.applicablePerAsset, (n) => n.toFixed(1))} questions apply to an image, ${savings.overlap} people each)`,
    ),
    line("people answered", `${whole(spent.answers)}${purposes && ` (${purposes})`}`),
    ...(spent.lost > 0 ? [line("of those lost", `${whole(spent.lost)}, of annotators in quarantine`)] : []),
    ...(spent.imported > 0
      ? [line("imported", `${whole(spent.imported)}, given elsewhere: no part of what was spent`)]
      : []),
    line("share", `${span(share, percent)}; ${percent(savings.shareOfAll)} of all questions asked once`),
    line("time of an answer", `${span(savings.secondsPerAnswer, (s) => s.toFixed(2))} s`),
    line("hours spent", span(hours?.spent, hundredth)),
    line("hours saved", span(hours?.saved, hundredth)),
    line("money saved", money ? `${span(money.saved, whole)} ${money.currency}, at ${money.perHour} an hour` : "–"),
    line(
      "labeller's accuracy",
      `${span(accuracy, percent)}${accuracy ? `, measured on ${whole(accuracy.n)} answers${savings.labeller ? ` (${savings.labeller})` : ""}` : ": no iteration is scored yet"}`,
    ),
    line("1 % is reached", onePercentAt ? `at a pool of ${span(onePercentAt, whole)} images` : "–"),
  ].join("\n");
}

function annotators(items: readonly Annotator[]): string {
  return table([
    ["annotator", "state", "answers", "s/answer", "rushed", "agreement", "skill", "known right", "look at"],
    ...items.map((one) => [
      one.name,
      one.state,
      one.answers,
      one.speed.median === null ? null : (one.speed.median / 1000).toFixed(1),
      one.speed.rushed ? percent(one.speed.rushed.value) : null,
      estimate(one.agreement),
      estimate(one.skill),
      estimate(one.gold),
      one.suspicions.join(", ") || null,
    ]),
  ]);
}

function estimate(of: Estimate | null): string | null {
  return of && `${percent(of.value)} (${percent(of.low)} to ${percent(of.high)})`;
}

function span(of: Ranged | null | undefined, say: (value: number) => string): string {
  return of ? `${say(of.value)} (${say(of.low)} to ${say(of.high)})` : "–";
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function hundredth(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 2 });
}

function minutes(seconds: number): string {
  return (seconds / 60).toFixed(1);
}

function percent(share: number | null): string {
  return share === null ? "–" : `${(100 * share).toFixed(share < 0.1 ? 2 : 1)} %`;
}
