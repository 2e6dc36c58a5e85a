import { type CandidateEvidence, consentApi } from "@anyone/contracts/consent";
import { CONSENT_PLACES } from "@anyone/domain/source/consent";
import type { Command } from "commander";
import { makeOutput, table } from "../output.ts";
import { connect } from "../session.ts";
import { addRefresh, rechecksTable, refreshText } from "./refresh.ts";

/** `consent`: what hosts and files say of training, and asking them again. */
export function addConsent(program: Command): void {
  const output = () => makeOutput(program.opts<{ json?: boolean }>().json ?? false);

  const consent = program
    .command("consent")
    .description("see and ask again what may be done with pictures; without a word after it, list the rechecks")
    .action(async () => {
      const { client } = connect();
      const [{ items }, refresh] = await Promise.all([
        client.call(consentApi.listRechecks),
        client.call(consentApi.getRefresh),
      ]);
      const none = "No recheck yet. Ask hosts again: anyone consent recheck.";
      output().result(items, () => [items.length === 0 ? none : rechecksTable(items), refreshText(refresh)].join("\n"));
    });

  addRefresh(consent, "recheck", output);

  consent
    .command("show")
    .description("what was said of training on one candidate, where and when")
    .argument("<candidate>", "id of the candidate, from its page or the API")
    .action(async (id: string) => {
      const shown = await connect().client.call(consentApi.getEvidence, { params: { id } });
      output().result(shown, () => evidenceText(shown));
    });
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
