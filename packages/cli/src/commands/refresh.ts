import { consentApi, type Recheck, type Refresh, type Stale } from "@anyone/contracts/consent";
import { systemApi } from "@anyone/contracts/system";
import { fault } from "@anyone/domain/fault";
import { askedOf, OLD_AFTER_DAYS, RecheckStart } from "@anyone/domain/source/recheck";
import { type Command, InvalidArgumentError } from "commander";
import { wholeNumber } from "../numbers.ts";
import { type Output, table } from "../output.ts";
import { connect } from "../session.ts";
import { waitFor } from "../wait.ts";

const A_WEEK_MS = 7 * 24 * 3_600_000;

interface RefreshOptions {
  source?: string;
  limit?: number;
  olderThan: number;
  dryRun?: boolean;
  wait: boolean;
}

/** One command under two names, `pool refresh` and `consent recheck`: a host that is asked for a picture says both what lies there and what may be done with it. */
export function addRefresh(parent: Command, name: "refresh" | "recheck", output: () => Output): void {
  parent
    .command(name)
    .description("ask hosts again about pictures last asked about long ago: gone, changed, opted out, another licence")
    .option("--source <name>", "only pictures of this source; default: all")
    .option("--limit <count>", "at most so many pictures, those asked about least lately", wholeNumber(1, 100_000_000))
    .option("--older-than <days>", "those last asked longer ago, or never, for example 30d", days, OLD_AFTER_DAYS)
    .option("--dry-run", "say what would be asked about, and ask nobody")
    .option("--no-wait", "start it and return")
    .addHelpText(
      "after",
      `
  anyone ${parent.name()} ${name} --source flickr-street --older-than 90d

Asks each host's robots.txt, tdmrep.json and ai.txt (once a day) and the headers of each picture, as slowly as the source's politeness wants, and
Flickr for each picture's licence. Files on a disk or in a bucket are read again only where their size, date or ETag is another. What is new is
added to the evidence, what was there stays. A picture leaves the pool when it was opted out since, when its licence or its source's grant permits
it no longer, and when its host says on two days that it is gone where only the host's own copy may be shown (Unsplash); elsewhere the stored
picture stays. It comes back once its reason is gone.
The crawler does all this every week by itself: the setting pool.refresh, on the dashboard's system page, says how often (0 days: never).
Pictures whose hosts gave no answer the last time come after all others.
It goes on when this command is interrupted; anyone consent shows how far it is. "anyone pool refresh" and "anyone consent recheck" are one.`,
    )
    .action(async (options: RefreshOptions) => {
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
      const { client } = connect();
      if (options.dryRun) {
        const { most, ...query } = body;
        const stale = await client.call(consentApi.countStale, { query });
        output().result(stale, () => staleText(stale, body));
        return;
      }
      const started = await client.call(consentApi.startRecheck, { body });
      if (options.wait) await follow(started, output());
      else output().result(started, () => `Recheck ${started.id} runs. Follow it with anyone consent.`);
    });
}

function days(text: string): number {
  const [, count] = /^(\d{1,4})d?$/.exec(text.trim()) ?? [];
  if (count === undefined || Number(count) > 3650) throw new InvalidArgumentError("Days are needed, for example 30d.");
  return Number(count);
}

/** What a recheck would ask about. */
export function staleText(
  { items }: Stale,
  { most, olderThanDays }: Pick<RecheckStart, "most" | "olderThanDays">,
): string {
  const total = items.reduce((sum, { count }) => sum + count, 0);
  if (total === 0)
    return `No picture was last asked about more than ${olderThanDays} days ago: there is nobody to ask.`;
  const asked = Math.min(total, most ?? total);
  return [
    `${asked} pictures would be asked about${asked < total ? `, those asked about least lately of ${total}` : ""}. Nobody was asked.`,
    table([
      ["source", "pictures", "least lately asked"],
      ...items.map(({ sourceId, count, oldest }) => [sourceId, count, oldest ?? "never"]),
    ]),
  ].join("\n");
}

/** Follows a recheck until every host was asked. */
async function follow({ id }: Recheck, output: Output): Promise<void> {
  const { client } = connect();
  let stuck = 0;
  const ended = await waitFor(
    async () => {
      const now = await client.call(consentApi.getRecheck, { params: { id } });
      const left = now.departed > 0 ? ` · ${now.departed} left the pool` : "";
      output.progress(
        `${askedOf(now)} of ${now.found}${now.listed ? "" : "+"} asked · ${now.optedOut} opted out${left}`,
      );
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
      : rechecksTable([ended]),
  );
}

/** When the pool is asked about next by itself, and what is out of it. */
export function refreshText({ everyDays, nextAt, left }: Refresh): string {
  const out = left.map(({ reason, count }) => `${count} ${reason}`).join(", ");
  const when =
    everyDays === 0
      ? "The pool is never refreshed by itself (setting pool.refresh)."
      : `The pool is refreshed by itself every ${everyDays} days${nextAt ? `, not before ${nextAt}` : ""}.`;
  return `${when} ${out === "" ? "Nothing is out of it for what was found." : `Out of it for what was found: ${out}.`}`;
}

/** A row per recheck. */
export function rechecksTable(items: readonly Recheck[]): string {
  return table([
    [
      ...["recheck", "source", "found", "unchanged", "changed", "opted out", "gone", "no answer"],
      ...["left the pool", "came back", "started", "ended"],
    ],
    ...items.map((one) => [
      one.id,
      one.sourceId ?? "all",
      one.found,
      one.unchanged,
      one.changed,
      one.optedOut,
      one.gone,
      one.unanswered,
      one.departed,
      one.returned,
      one.startedAt,
      one.finishedAt ?? "runs",
    ]),
  ]);
}
