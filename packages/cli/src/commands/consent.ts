import { type CandidateEvidence, consentApi, type Recheck } from "@anyone/contracts/consent";
import { systemApi } from "@anyone/contracts/system";
import { fault } from "@anyone/domain/fault";
import { CONSENT_PLACES } from "@anyone/domain/source/consent";
import { OLD_AFTER_DAYS, RecheckStart } from "@anyone/domain/source/recheck";
import { type Command, InvalidArgumentError } from "commander";
import { wholeNumber } from "../numbers.ts";
import { makeOutput, type Output, table } from "../output.ts";
import { connect } from "../session.ts";
import { waitFor } from "../wait.ts";

const A_WEEK_MS = 7 * 24 * 3_600_000;

/** `consent`: what hosts and files say of training, and asking them again. */
export function addConsent(program: Command): void {
  const output = () => makeOutput(program.opts<{ json?: boolean }>().json ?? false);

  const consent = program
    .command("consent")
    .description("see and ask again what may be done with pictures; without a word after it, list the rechecks")
    .action(async () => {
      const { items } = await connect().client.call(consentApi.listRechecks);
      output().result(items, () =>
        items.length === 0 ? "No recheck yet. Ask hosts again: anyone consent recheck." : rechecks(items),
      );
    });

  consent
    .command("recheck")
    .description("ask hosts again about pictures whose evidence is old")
    .option("--source <name>", "only pictures of this source; default: all")
    .option("--limit <count>", "at most so many pictures", wholeNumber(1, 100_000_000))
    .option("--older-than <days>", "those last asked longer ago, or never, for example 30d", days, OLD_AFTER_DAYS)
    .option("--no-wait", "start it and return")
    .addHelpText(
      "after",
      `
  anyone consent recheck --source flickr-street --older-than 90d

Asks each host's robots.txt, tdmrep.json and ai.txt (once a day) and the headers of each picture, as slowly as the source's politeness wants.
What is new is added to the evidence, what was there stays. A picture that was opted out since is left out of every version cut from then on.
A link whose host says on two days that the picture is gone is noted as dead; the stored picture stays.
The crawler does all this every week by itself: the setting pool.refresh, on the dashboard's system page, says how often (0 days: never).
It goes on when this command is interrupted; anyone consent shows how far it is.`,
    )
    .action(async (options: { source?: string; limit?: number; olderThan: number; wait: boolean }) => {
      const { data: body, error } = RecheckStart.safeParse({
        sourceId: options.source,
        most: options.limit,
        olderThanDays: options.olderThan,
      });
      if (!body) {
        throw fault("bad-input", `This is no recheck: ${error.issues[0]?.message}.`, {
          hint: "`anyone crawl` lists the sources.",
        });
      }
      const started = await connect().client.call(consentApi.startRecheck, { body });
      if (options.wait) await follow(started, output());
      else output().result(started, () => `Recheck ${started.id} runs. Follow it with anyone consent.`);
    });

  consent
    .command("show")
    .description("what was said of training on one candidate, where and when")
    .argument("<candidate>", "id of the candidate, from its page or the API")
    .action(async (id: string) => {
      const shown = await connect().client.call(consentApi.getEvidence, { params: { id } });
      output().result(shown, () => evidenceText(shown));
    });
}

function days(text: string): number {
  const [, count] = /^(\d{1,4})d?$/.exec(text.trim()) ?? [];
  if (count === undefined || Number(count) > 3650) throw new InvalidArgumentError("Days are needed, for example 30d.");
  return Number(count);
}

/** Follows a recheck until every host was asked. */
async function follow({ id }: Recheck, output: Output): Promise<void> {
  const { client } = connect();
  let stuck = 0;
  const ended = await waitFor(
    async () => {
      const now = await client.call(consentApi.getRecheck, { params: { id } });
      const asked = now.unchanged + now.changed + now.optedOut + now.gone + now.unanswered;
      output.progress(`${asked} of ${now.found}${now.listed ? "" : "+"} asked · ${now.optedOut} opted out`);
      if (now.finishedAt !== null) return now;
      // Twice in a row: the last task may end between the two questions.
      const { stages } = await client.call(systemApi.overview);
      const source = stages.find(({ stage }) => stage === "source")?.tasks;
      const dead = source && source.ready + source.leased === 0 ? source.dead : 0;
      if (dead > 0 && stuck > 0) {
        throw fault("conflict", `${dead} tasks of source are dead, and the recheck waits for them.`, {
          hint: "The dashboard's system page shows each with its reason, and tries it again.",
        });
      }
      stuck = dead;
      return undefined;
    },
    { withinMs: A_WEEK_MS, what: `recheck ${id} to end` },
  );
  output.result(ended, () =>
    ended.found === 0
      ? `No picture's evidence is that old: none was last asked before ${ended.before}.`
      : rechecks([ended]),
  );
}

/** A row per recheck. */
function rechecks(items: readonly Recheck[]): string {
  return table([
    ["recheck", "source", "found", "unchanged", "changed", "opted out", "gone", "no answer", "started", "ended"],
    ...items.map((one) => [
      one.id,
      one.sourceId ?? "all",
      one.found,
      one.unchanged,
      one.changed,
      one.optedOut,
      one.gone,
      one.unanswered,
      one.startedAt,
      one.finishedAt ?? "runs",
    ]),
  ]);
}

/** The ledger as a table, and below it which places were asked and say nothing. */
export function evidenceText({ candidateId, asked, askedAt, reservedBy, items }: CandidateEvidence): string {
  if (asked === null) {
    return `Nobody was asked about candidate ${candidateId}: it is not fetched yet, or was before evidence was kept. Ask now: anyone consent recheck.`;
  }
  const said = new Set(items.filter(({ stands, value }) => stands && value !== null).map(({ place }) => place));
  const silent = asked.filter((place) => !said.has(place));
  const never = CONSENT_PLACES.filter((place) => !asked.includes(place));
  const rows = items.map(({ signal, stance, value, place, readFrom, readAt, stands }) => [
    readAt,
    place,
    signal,
    value === null ? "says it no more" : stance,
    stands ? "stands" : "superseded",
    value,
    readFrom,
  ]);
  return [
    reservedBy === null ? "Nothing keeps it out of training." : `Kept out of training by ${reservedBy}.`,
    `Last asked ${askedAt}.`,
    ...(rows.length > 0 ? [table([["read", "place", "signal", "means", "now", "says", "from"], ...rows])] : []),
    ...(silent.length > 0 ? [`Asked, and nothing was found: ${silent.join(", ")}.`] : []),
    ...(never.length > 0 ? [`Never asked: ${never.join(", ")}.`] : []),
  ].join("\n");
}
