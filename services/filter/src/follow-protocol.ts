import type { Protocols } from "@anyone/db/protocols";
import { ProtocolId } from "@anyone/domain/ids";
import type { Logger } from "@anyone/runtime/logger";

/** How long after another protocol is put in use pictures may still go on to the one before. */
const EVERY_MS = 10_000;

/**
 * The protocol in use, looked up every ten seconds: what is kept is asked its questions. `own` stands until one was
 * published. While the database does not answer, the one known last stands.
 */
export async function followProtocol(
  protocols: Pick<Protocols, "newest">,
  own: string,
  log: Logger,
  everyMs = EVERY_MS,
): Promise<{ id: () => ProtocolId; stop: () => void }> {
  let id = ProtocolId.parse(own);
  const look = async () => {
    const { identity } = (await protocols.newest()) ?? {};
    if (identity) id = ProtocolId.parse(identity);
  };
  await look();
  const timer = setInterval(() => {
    look().catch((error: unknown) => log.warn({ err: error }, "the protocol in use was not looked up"));
  }, everyMs);
  return { id: () => id, stop: () => clearInterval(timer) };
}
