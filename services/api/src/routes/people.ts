import { peopleApi } from "@anyone/contracts/people";
import { addTasks } from "@anyone/db/add-tasks";
import { readAnnotatorStates, readAnnotators, readAnswersByDay } from "@anyone/db/annotators";
import { addHoneypots } from "@anyone/db/honeypots";
import { protocolRepository } from "@anyone/db/protocols";
import { quarantine, restore, type StateChange, type StateChanged } from "@anyone/db/quarantine";
import { settleAnswers } from "@anyone/db/settled-answers";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { AssetId, ProtocolId } from "@anyone/domain/ids";
import { measureReliability } from "@anyone/domain/review/reliability";
import type { Transaction } from "@anyone/domain/transaction";
import { chunks } from "@anyone/queues/chunks";
import { next } from "@anyone/queues/job";
import { annotateAssets } from "@anyone/queues/jobs/annotate";
import type { FastifyInstance } from "fastify";
import { annotatorOf, qualityByName, readJudged } from "../annotator-quality.ts";
import type { ApiContext } from "../context.ts";
import { found } from "../found.ts";
import { route } from "../route.ts";
import { readSavings } from "../savings.ts";
import { sharedBy } from "../shared.ts";

const CHUNK = 64;

/** The quality and the cost of people's work, and who of them is believed. */
export function peopleRoutes(app: FastifyInstance, { db }: ApiContext): void {
  const protocols = protocolRepository(db);
  const named = ({ identity }: Protocol) => identity;
  // each reads thousands of pages and judges everybody by everybody
  const qualities = sharedBy(named, (protocol) => qualityByName(db, protocol));
  const reliability = sharedBy(named, async (protocol: Protocol) => {
    const { pages, labeller } = await readJudged(db, protocol);
    return { protocolId: protocol.identity, ...measureReliability(protocol, pages, labeller) };
  });
  const savings = sharedBy(named, (protocol: Protocol) => readSavings(db, protocol));

  route(app, peopleApi.savings, async () => savings(found(await protocols.newest(), "label protocol yet")));

  route(app, peopleApi.reliability, async () => {
    const protocol = await protocols.newest();
    return protocol ? reliability(protocol) : { protocolId: null, alpha: null, questions: [] };
  });

  route(app, peopleApi.listAnnotators, async () => {
    const protocol = await protocols.newest();
    const quality = protocol && (await qualities(protocol));
    return { items: (await readAnnotators(db)).map((row) => annotatorOf(row, quality?.get(row.name))) };
  });

  route(app, peopleApi.getAnnotator, async ({ params: { name } }) => {
    const row = found((await readAnnotators(db, name))[0], `annotator "${name}" who ever answered`);
    const protocol = await protocols.newest();
    const quality = protocol && (await qualities(protocol)).get(name);
    return {
      ...annotatorOf(row, quality),
      days: await readAnswersByDay(db, name),
      questions: quality?.questions ?? [],
      history: await readAnnotatorStates(db, name),
      protocolId: protocol?.identity ?? null,
    };
  });

  route(app, peopleApi.addHoneypots, async ({ body: { count }, principal }) => {
    const protocol = found(await protocols.newest(), "label protocol yet");
    return db.transaction((tx) => addHoneypots(tx, protocol, { count, by: principal.name }));
  });

  route(app, peopleApi.quarantine, async ({ params: { name }, body: { reason }, principal }) => {
    const { answers, pages } = await change(quarantine, { name, reason, by: principal.name });
    return { name, state: "quarantined" as const, answers, pages };
  });

  route(app, peopleApi.restore, async ({ params: { name }, body: { reason }, principal }) => {
    const { answers, pages } = await change(restore, { name, reason, by: principal.name });
    return { name, state: "at-work" as const, answers, pages };
  });

  /** Changes whose answers stand, settles anew what follows from them, and has the labeller answer where nobody else did. */
  function change(
    by: (tx: Transaction, change: StateChange) => Promise<StateChanged>,
    wanted: StateChange,
  ): Promise<StateChanged> {
    return db.transaction(async (tx) => {
      const changed = await by(tx, wanted);
      for (const [protocolId, assetIds] of changed.touched) {
        await settleAnswers(tx, await protocols.get(protocolId), assetIds);
        await addTasks(
          tx,
          chunks(assetIds, CHUNK).map((chunk) =>
            next(annotateAssets, {
              assetIds: chunk.map((id) => AssetId.parse(id)),
              protocolId: ProtocolId.parse(protocolId),
              returnedBy: `annotator-${changed.id}`,
            }),
          ),
        );
      }
      return changed;
    });
  }
}
