import { lockPool } from "@anyone/db/assets";
import { permittedOtherwise } from "@anyone/db/leaving";
import type { Protocols } from "@anyone/db/protocols";
import { ProtocolId } from "@anyone/domain/ids";
import type { Database } from "@anyone/domain/transaction";
import type { Logger } from "@anyone/runtime/logger";
import { startClock } from "./clock.ts";
import { settlePool } from "./settle-pool.ts";

/** Milliseconds between two looks at the grants. */
const EVERY_MS = 60_000;
/** Assets of one transaction. */
const PAGE = 500;

/**
 * Looks every minute whether grants began, ran out or were revoked, and lets the pictures of their sources come back to the pool or leave it.
 * @returns how to stop it
 */
export function startGrantsClock(db: Database, protocols: Pick<Protocols, "newest">, log: Logger): () => void {
  return startClock(EVERY_MS, () => settleByGrants(db, protocols), log, "it was not looked at what the grants permit");
}

/** Settles every picture that stands otherwise than its source's grants say. However many crawlers do it at once, each picture is settled once. */
export async function settleByGrants(db: Database, protocols: Pick<Protocols, "newest">): Promise<void> {
  // Nearly always: the pool's lock, for which everybody else would wait, is left alone.
  if ((await permittedOtherwise(db, "", 1)).length === 0) return;
  const protocol = await protocols.newest();
  if (!protocol) return; // nothing can have been annotated or admitted yet
  const settling = { protocolId: ProtocolId.parse(protocol.identity), by: `grants ${new Date().toISOString()}` };
  for (let after: string | undefined = ""; after !== undefined; ) after = await settlePage(db, after, settling);
}

/** Returns the last asset of the page; undefined when it was the last page. */
function settlePage(
  db: Database,
  after: string,
  settling: { protocolId: ProtocolId; by: string },
): Promise<string | undefined> {
  return db.transaction(async (tx) => {
    await lockPool(tx);
    const page = await permittedOtherwise(tx, after, PAGE);
    await settlePool(
      tx,
      page.map(({ candidateId }) => candidateId),
      settling,
    );
    return page.length < PAGE ? undefined : page.at(-1)?.id;
  });
}
