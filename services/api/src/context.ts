import type { ApiKeys } from "@anyone/db/api-keys";
import type { OpenDatabase } from "@anyone/db/client";
import type { Vault } from "@anyone/db/sealed-secret";
import type { TaskStore } from "@anyone/domain/tasks";
import type { ReviewServiceClient } from "@anyone/grpc/generated/anyone/v1/review";
import type { Store } from "@anyone/storage/store";

/** What the routes work with. */
export interface ApiContext {
  readonly db: OpenDatabase;
  readonly keys: ApiKeys;
  readonly tasks: Pick<TaskStore, "add" | "retryDead">;
  readonly store: Store;
  readonly review: ReviewServiceClient;
  /** Seals and opens the secrets that the database holds. */
  readonly vault: Vault;
  /** `host:port` pairs that webhooks may tell although private or on an unusual port. */
  readonly webhookPrivate: ReadonlySet<string>;
}
