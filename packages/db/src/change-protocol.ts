import { type Comparison, compareProtocols, versionTooLow } from "@anyone/domain/annotate/compare-protocols";
import { loadProtocol } from "@anyone/domain/annotate/load-protocol";
import { fault } from "@anyone/domain/fault";
import type { Transaction } from "@anyone/domain/transaction";
import { recordEvent } from "./events.ts";
import { iterations } from "./iterations.ts";
import { type Protocols, protocolRepository } from "./protocols.ts";

/**
 * Publishes a protocol somebody wrote, and returns its id. Its number must be as high as its change from every earlier
 * version of the same name asks. What is in use stays in use.
 *
 * @throws Fault `bad-protocol` when the document is broken, its number is too low, or its version stands with other content.
 */
export async function publishNewer(protocols: Protocols, document: Record<string, unknown>): Promise<string> {
  const protocol = loadProtocol(document);
  const earlier = await protocols.versionsOf(protocol.protocol, protocol.identity);
  const known = (await protocols.ids()).includes(protocol.identity);
  const low = known ? null : earlier.map((version) => versionTooLow(version, protocol)).find((why) => why !== null);
  if (low) throw fault("bad-protocol", `${low}.`, { hint: "Raise the version in the file, and publish it again." });
  await protocols.settleUse();
  return protocols.publish(document);
}

/** What putting a protocol in use did, for whoever did it. */
export interface Use {
  id: string;
  before: string | null;
  comparison: Comparison | null;
  openIteration: { number: number; protocolId: string } | null;
}

/**
 * Puts a protocol in use. The rule for an iteration that is open: it goes on to its end under the protocol it opened with;
 * the next one opens under this one, with what carries over.
 */
export async function putInUse(tx: Transaction, id: string, by: string): Promise<Use> {
  const protocols = protocolRepository(tx);
  const newer = await protocols.get(id);
  const older = await protocols.newest();
  const latest = await iterations.latest(tx);
  await protocols.use(id, by);
  const related = older && older.protocol === newer.protocol && older.identity !== newer.identity;
  await recordEvent(tx, {
    stage: "annotate",
    kind: "protocol-in-use",
    text: `${by} put ${id} in use${older && older.identity !== id ? ` in place of ${older.identity}` : ""}`,
    data: { protocol: id, before: older?.identity ?? null },
  });
  return {
    id,
    before: older?.identity ?? null,
    comparison: related ? compareProtocols(older, newer) : null,
    openIteration:
      latest && latest.state !== "closed" ? { number: latest.number, protocolId: latest.protocolId } : null,
  };
}
