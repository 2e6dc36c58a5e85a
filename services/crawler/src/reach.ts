import { realpath } from "node:fs/promises";
import { answerCache } from "@anyone/db/answer-cache";
import { requestBudgets } from "@anyone/db/request-budgets";
import { gates } from "@anyone/domain/filter/gate";
import type { Database } from "@anyone/domain/transaction";
import type { S3Environment } from "@anyone/storage/s3";
import { type ApiKeys, type Reach, Unlisted } from "./connectors/connector.ts";
import { safeFetcher } from "./fetch/safe-fetch.ts";
import { type PoliteFetch, politeFetch, userAgent } from "./polite-fetch.ts";
import { HostQueues } from "./politeness.ts";

export interface ReachOptions {
  db: Database;
  contact: string | undefined;
  allowPrivate: readonly string[];
  importRoots: readonly string[];
  apiKeys: ApiKeys;
  s3: S3Environment;
}

/** Everything of the world that the crawler can touch: web hosts, politely and safely, and the folders it was given. */
export async function openReach(options: ReachOptions): Promise<Reach & { close(): Promise<void> }> {
  const { db, contact, allowPrivate, apiKeys } = options;
  const fetcher = safeFetcher({ allowPrivate: new Set(allowPrivate) }, userAgent(contact ?? "nobody"));
  const roots = options.importRoots.map((root) => realpath(root).catch(() => root));
  return {
    fetch: contact === undefined ? anonymous : politeFetch(fetcher, new HostQueues(requestBudgets(db))),
    thresholds: gates,
    importRoots: await Promise.all(roots),
    apiKeys,
    answers: answerCache(db),
    bucket: async (name) => {
      // Who has no such source pays nothing for the client.
      const { s3Bucket } = await import("@anyone/storage/s3-bucket");
      return s3Bucket(name, options.s3);
    },
    close: () => fetcher.close(),
  };
}

const anonymous: PoliteFetch = async () => {
  throw new Unlisted("no-contact", "Hosts must be able to reach someone: set CONTACT to an e-mail address or a page.");
};
